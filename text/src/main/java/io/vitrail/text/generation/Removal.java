package io.vitrail.text.generation;

import java.util.function.IntPredicate;

/** Takes tokens out of the choice, but never the best ones. */
final class Removal {
    private Removal() {}

    /**
     * @param gone whether an id is to go
     * @param atLeast so many with the largest scores stay in any case
     */
    static void of(IntPredicate gone, float[] scores, int atLeast) {
        of(gone, scores, Largest.of(scores, atLeast).takeIds());
    }

    /** @param staying ids that stay in any case */
    static void of(IntPredicate gone, float[] scores, int[] staying) {
        float[] spared = new float[staying.length];
        for (int i = 0; i < spared.length; i++) {
            spared[i] = scores[staying[i]];
        }
        for (int id = 0; id < scores.length; id++) {
            if (gone.test(id)) {
                scores[id] = ScoreProcessor.REMOVED;
            }
        }
        for (int i = 0; i < staying.length; i++) {
            scores[staying[i]] = spared[i];
        }
    }
}
