package io.vitrail.text.generation;

/** Changes the scores of what may follow a sequence; what may not gets negative infinity. Immutable. */
@FunctionalInterface
interface ScoreProcessor {
    /** What a removed token scores. */
    float REMOVED = Float.NEGATIVE_INFINITY;

    /**
     * @param history the ids so far, all within the vocabulary
     * @param scores one for each id of the vocabulary, changed in place
     */
    void process(History history, float[] scores);
}
