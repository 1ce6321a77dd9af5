package io.vitrail.text.generation;

/**
 * What a model wrote.
 *
 * @param ids the new tokens, without the prompt; with the end token, if one ended them
 * @param score of beam search: the sum of the log-probabilities, divided by a power of the length (Hugging Face's sequences_scores);
 *     otherwise the sum, or NaN if log-probabilities weren't asked for
 * @param logProbabilities natural logarithms, by token, after all options had their effect; none if they weren't asked for.
 *     Those of beam search don't sum to 1 over the vocabulary where options changed them, unless it renormalises
 * @param end why it is no longer
 */
public record GeneratedSequence(long[] ids, double score, double[] logProbabilities, End end) {
    /** What ended a sequence. */
    public enum End {
        /** An end token. */
        EOS,
        /** A stop string. */
        STOP_STRING,
        /** It is as long as it may get, or as the model's positions reach. */
        LENGTH,
        /** The listener. */
        LISTENER
    }
}
