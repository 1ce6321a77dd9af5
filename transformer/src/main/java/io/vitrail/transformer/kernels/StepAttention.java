package io.vitrail.transformer.kernels;

import io.vitrail.transformer.Check;
import java.util.Arrays;

/** Attention of few queries to keys in Java's memory, head by head. */
final class StepAttention {
    /** Products for which it pays to wake others. */
    private static final long WORTH_SHARING = 50_000;

    private final StepLoops loops;
    private final Team team;

    StepAttention(StepLoops loops, Team team) {
        this.loops = loops;
        this.team = team;
    }

    /**
     * What is added to scores.
     *
     * @param values of [batch or 1, heads or 1, queries or 1, keys]
     */
    record Added(float[] values, long batch, long heads, long queries) {
        static final Added NOTHING = new Added(new float[0], 1, 1, 1);

        void onto(float[] scores, int row, int head, int query) {
            if (values.length == 0) {
                return;
            }
            long at = batch == 1 ? 0 : row;
            at = at * heads + (heads == 1 ? 0 : head);
            at = at * queries + (queries == 1 ? 0 : query);
            for (int key = 0; key < scores.length; key++) {
                scores[key] += values[(int) at * scores.length + key];
            }
        }
    }

    /**
     * softmax(q kᵀ · scale + added) v.
     *
     * @param q [batch, heads, queries, headWidth], one behind the other
     * @param k [batch or more, heads, keys, headWidth]; v likewise
     * @return as q
     */
    float[] of(Queries q, HeapTokens k, HeapTokens v, Added added) {
        Check.that(
                k.width() == q.width() && k.tokens() == v.tokens(), "%s doesn't fit %s.", k.getShape(), v.getShape());
        int heads = (int) k.getShape().get(1);
        float[] mixed = new float[q.numbers().length / q.width() * v.width()];
        int tasks = q.batch() * heads;
        int shares = (long) q.numbers().length * k.tokens() > WORTH_SHARING ? Math.min(tasks, 4 * team.size()) : 1;
        team.share(shares, share -> {
            for (int task = share; task < tasks; task += shares) {
                head(q, k, v, added, new Place(task / heads, task % heads, task * q.each(), mixed));
            }
        });
        return mixed;
    }

    /** @param scale of scores */
    record Queries(float[] numbers, int batch, int each, int width, float scale) {}

    /** One row's head, whose first query is that one of all. */
    private record Place(int row, int head, int firstQuery, float[] mixed) {}

    private void head(Queries q, HeapTokens k, HeapTokens v, Added added, Place place) {
        int keys = k.tokens();
        float[] scores = new float[keys];
        float[] sum = new float[v.width()];
        int keysAt = k.at(place.row(), place.head());
        int valuesAt = v.at(place.row(), place.head());
        for (int i = 0; i < q.each(); i++) {
            int query = place.firstQuery() + i;
            float[] asked = Arrays.copyOfRange(q.numbers(), query * q.width(), (query + 1) * q.width());
            scores(k, keysAt, asked, scores);
            for (int key = 0; key < keys; key++) {
                scores[key] *= q.scale();
            }
            added.onto(scores, place.row(), place.head(), i);
            loops.softmax(scores, keys);
            Arrays.fill(sum, 0);
            for (int key = 0; key < keys; key++) {
                loops.addScaled(sum, scores[key], v.memory(), valuesAt + key * v.width());
            }
            System.arraycopy(sum, 0, place.mixed(), query * v.width(), v.width());
        }
    }

    /** The products with all keys from a place on. */
    private void scores(HeapTokens k, int keysAt, float[] asked, float[] scores) {
        int[] at = new int[StepLoops.ROWS];
        float[] some = new float[StepLoops.ROWS];
        for (int key = 0; key < scores.length; key += StepLoops.ROWS) {
            for (int i = 0; i < StepLoops.ROWS; i++) {
                at[i] = keysAt + Math.min(key + i, scores.length - 1) * k.width();
            }
            loops.dots(k.memory(), at, asked, some);
            System.arraycopy(some, 0, scores, key, Math.min(StepLoops.ROWS, scores.length - key));
        }
    }
}
