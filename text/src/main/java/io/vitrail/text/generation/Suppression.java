package io.vitrail.text.generation;

import java.util.List;
import java.util.function.Predicate;

/**
 * Tokens that may not come at some places.
 *
 * @param ids those beyond the vocabulary have no effect
 * @param where whether they may not follow this history
 */
record Suppression(List<Long> ids, Predicate<History> where) implements ScoreProcessor {
    /** Nowhere. */
    static Suppression everywhere(List<Long> ids) {
        return new Suppression(ids, history -> true);
    }

    /** Not before the sequence is so long: end tokens, for a least length. */
    static Suppression before(int length, List<Long> ids) {
        return new Suppression(ids, history -> history.length() < length);
    }

    /** Not behind exactly so many tokens. */
    static Suppression behind(int length, List<Long> ids) {
        return new Suppression(ids, history -> history.length() == length);
    }

    @Override
    public void process(History history, float[] scores) {
        if (where.test(history)) {
            for (long id : ids) {
                if (id < scores.length) {
                    scores[(int) id] = REMOVED;
                }
            }
        }
    }
}
