package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** The one place where queries meet keys, for self- and cross-attention alike. */
final class Attention {
    private Attention() {}

    /**
     * The mixture of values that each query asks for. When the trace wants attention weights, it is computed readably, since
     * the kernels never hold them.
     *
     * @param q [batch, heads, queries, headWidth]
     * @param k [batch, keyValueHeads, keys, headWidth]: each of its heads serves a group of q's; v likewise
     * @return [batch, heads, queries, headWidth]
     */
    static NDArray of(NDArray q, NDArray k, NDArray v, float scale, Pass pass) {
        Shape queries = q.getShape();
        int groups = Math.toIntExact(queries.get(1) / k.getShape().get(1));
        AttentionMask mask = queries.get(2) == 1 ? pass.mask().ofLastQuery() : pass.mask();
        boolean traced = pass.trace().wants(Trace.Stage.ATTENTIONS);
        if (groups > 1
                && mask.sameForAllQueries()
                && !traced) { // a group's heads as further queries: nothing is copied
            NDArray folded = q.reshape(queries.get(0), k.getShape().get(1), groups * queries.get(2), queries.get(3));
            return pass.operations().attention(folded, k, v, mask, scale).reshape(queries);
        }
        if (groups > 1) {
            return of(q, k.repeat(1, groups), v.repeat(1, groups), scale, pass);
        }
        if (!traced) {
            return pass.operations().attention(q, k, v, mask, scale);
        }
        Operations operations = pass.operations();
        NDArray weights = ReadableOperations.attentionWeights(
                operations.leave(q), operations.leave(k), mask, scale); // [batch, heads, queries, keys]
        pass.trace().append(Trace.Stage.ATTENTIONS, weights);
        return operations.enter(weights.matMul(operations.leave(v)));
    }

    /**
     * The same where several rows of queries ask one row of keys, which isn't copied for them.
     *
     * @param q [batch, heads, queries, headWidth]; row i asks row i / (batch / contexts) of the keys
     * @param k [contexts, keyValueHeads, keys, headWidth]; v likewise
     */
    static NDArray shared(NDArray q, NDArray k, NDArray v, float scale, Pass pass) {
        Shape s = q.getShape();
        long contexts = k.getShape().get(0);
        Check.that(s.get(0) % contexts == 0, "%d sequences can't share %d contexts equally.", s.get(0), contexts);
        long rows = s.get(0) / contexts;
        if (rows == 1) {
            return of(q, k, v, scale, pass);
        }
        NDArray folded = q.reshape(contexts, rows, s.get(1), s.get(2), s.get(3))
                .transpose(0, 2, 1, 3, 4)
                .reshape(contexts, s.get(1), rows * s.get(2), s.get(3));
        NDArray mixed = of(folded, k, v, scale, pass); // [contexts, heads, rows · queries, headWidth]
        return mixed.reshape(contexts, s.get(1), rows, s.get(2), s.get(3))
                .transpose(0, 2, 1, 3, 4)
                .reshape(s);
    }
}
