package io.vitrail.transformer.kernels;

import io.vitrail.transformer.Check;
import java.util.Arrays;

/** Attention of few queries to keys in Java's memory, query by query. */
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
        Question all = new Question(q, k, v, added);
        int queries = q.numbers().length / q.width();
        float[] mixed = new float[queries * v.width()];
        int shares = (long) q.numbers().length * k.tokens() > WORTH_SHARING ? Math.min(queries, 4 * team.size()) : 1;
        team.share(queries, shares, (first, end) -> {
            for (int query = first; query < end; query++) {
                System.arraycopy(answer(all, query), 0, mixed, query * v.width(), v.width());
            }
        });
        return mixed;
    }

    /** @param scale of scores */
    record Queries(float[] numbers, int each, int width, float scale) {
        /** One of all, multiplied by the scale. */
        float[] scaled(int query) {
            float[] one = Arrays.copyOfRange(numbers, query * width, (query + 1) * width);
            for (int i = 0; i < width; i++) {
                one[i] *= scale;
            }
            return one;
        }
    }

    private record Question(Queries q, HeapTokens k, HeapTokens v, Added added) {}

    /** The values that one of all queries asks for. */
    private float[] answer(Question asked, int query) {
        HeapTokens k = asked.k();
        HeapTokens v = asked.v();
        int each = asked.q().each();
        int heads = (int) k.getShape().get(1);
        int row = query / each / heads;
        int head = query / each % heads;
        float[] scores = new float[k.tokens()];
        scores(k, k.at(row, head), asked.q().scaled(query), scores);
        asked.added().onto(scores, row, head, query % each);
        loops.softmax(scores, scores.length);
        float[] sum = new float[v.width()];
        loops.mix(scores, v.memory(), v.at(row, head), sum);
        return sum;
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
