package io.vitrail.text.generation;

import java.util.Arrays;
import java.util.List;

/**
 * The only tokens that may follow a history of one length: a language's token at the beginning, or an end token at the last place.
 *
 * @param length of the history
 */
record Forcing(int length, List<Long> ids) implements ScoreProcessor {
    @Override
    public void process(History history, float[] scores) {
        if (history.length() == length) {
            Arrays.fill(scores, REMOVED);
            for (long id : ids) {
                scores[(int) id] = 0;
            }
        }
    }
}
