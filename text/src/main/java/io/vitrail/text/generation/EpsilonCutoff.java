package io.vitrail.text.generation;

/**
 * Epsilon sampling (Hewitt et al. 2022, section 4.1): tokens go whose probability is less than epsilon.
 *
 * @param atLeast so many stay in any case
 */
record EpsilonCutoff(double epsilon, int atLeast) implements ScoreProcessor {
    @Override
    public void process(History history, float[] scores) {
        Softmax softmax = Softmax.of(scores);
        Removal.of(id -> softmax.probability(id) < epsilon, scores, atLeast);
    }
}
