package io.vitrail.text.generation;

/**
 * A decoder at work on sequences that grow: all that the generation engine asks of a model. Between its calls others may use the
 * model. Not thread-safe: one decoding, one generation. Closing frees its memory.
 */
public interface Decoding extends AutoCloseable {
    /**
     * Takes in the next tokens of each row: in the first call the prompts, which may differ in length, then one token each.
     *
     * @param tokens ids by row; at least one row, each with at least one id
     * @return scores before softmax of what follows the last token: by row, one for each id of the vocabulary
     * @throws IllegalArgumentException if an id isn't within the vocabulary, or a sequence is longer than the model's positions
     * @throws io.vitrail.transformer.CallException if the model is closed, or its patience is over
     */
    float[][] next(long[][] tokens);

    /**
     * Row i goes on from what row parents[i] was: rows are reordered, doubled or dropped. Rows that come from one prompt stay
     * together.
     *
     * @throws IllegalArgumentException if there is no such row
     */
    void select(int[] parents);

    /** Number of ids that the model knows. */
    int vocabulary();

    /** Most tokens of a sequence, prompt included. */
    int maxTokens();

    @Override
    void close();
}
