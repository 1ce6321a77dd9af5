package io.vitrail.text.generation;

/** Hears the tokens as they come, in the thread that generates. */
@FunctionalInterface
public interface TokenListener {
    /** Hears nothing and ends nothing. */
    TokenListener NONE = (row, id, logProbability) -> true;

    /**
     * The next token of a row, end tokens included. An exception ends the generation and reaches its caller.
     *
     * @param row number of the prompt, times the sequences of each, plus the number of the sequence
     * @param logProbability NaN unless the options ask for log-probabilities
     * @return whether the row goes on
     */
    boolean hear(int row, long id, double logProbability);
}
