package io.vitrail.text.generation;

import java.util.List;

/**
 * End tokens get exponentially likelier behind some length: a score s of one becomes s + |s| (factorⁿ − 1), n tokens behind it.
 *
 * @param start length from which on it holds, prompt included
 * @param factor above 1
 */
record LengthDecay(int start, double factor, List<Long> ends) implements ScoreProcessor {
    @Override
    public void process(History history, float[] scores) {
        int beyond = history.length() - start;
        if (beyond > 0) {
            float growth = (float) (Math.pow(factor, beyond) - 1);
            for (long end : ends) {
                float score = scores[(int) end];
                scores[(int) end] = score == REMOVED ? REMOVED : score + Math.abs(score) * growth;
            }
        }
    }
}
