package io.vitrail.text.generation;

import java.util.Arrays;

/**
 * Nucleus sampling (Holtzman et al. 2020, section 3.1): the fewest tokens stay whose probabilities sum to p.
 *
 * @param atLeast so many stay in any case
 */
record TopP(double p, int atLeast) implements ScoreProcessor {
    @Override
    public void process(History history, float[] scores) {
        boolean[] stays = nucleus(scores);
        Removal.of(id -> !stays[id], scores, atLeast);
    }

    /** Added up from the least likely, what sums to 1 − p goes. Most tokens are too unlikely to reach that even together. */
    private boolean[] nucleus(float[] scores) {
        Softmax softmax = Softmax.of(scores);
        double[] weights = softmax.weights();
        double limit = (1 - p) * softmax.sum();
        int[] likely = new int[scores.length];
        int count = 0;
        double unlikely = 0;
        for (int id = 0; id < scores.length; id++) {
            if (weights[id] > limit / scores.length) {
                likely[count++] = id;
            } else {
                unlikely += weights[id];
            }
        }
        int[] ids = Arrays.copyOf(likely, count);
        int gone = new WeightedSelection(scores, weights, ids).count(unlikely, sum -> sum <= limit);
        boolean[] stays = new boolean[scores.length];
        for (int i = gone; i < count; i++) {
            stays[ids[i]] = true;
        }
        return stays;
    }
}
