package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/** The one place where queries meet keys, for self- and cross-attention alike. */
final class Attention {
    private Attention() {}

    /**
     * The mixture of values that each query asks for. When the trace wants attention weights, it is computed readably, since
     * the kernels never hold them.
     *
     * @param q [batch, heads, queries, headWidth]; k and v likewise with keys in place of queries
     * @return [batch, heads, queries, headWidth]
     */
    static NDArray of(NDArray q, NDArray k, NDArray v, float scale, Pass pass) {
        Operations operations = pass.operations();
        if (!pass.trace().wants(Trace.Stage.ATTENTIONS)) {
            return operations.attention(q, k, v, pass.mask(), scale);
        }
        NDArray weights = ReadableOperations.attentionWeights(
                operations.leave(q), operations.leave(k), pass.mask(), scale); // [batch, heads, queries, keys]
        pass.trace().append(Trace.Stage.ATTENTIONS, weights);
        return operations.enter(weights.matMul(operations.leave(v)));
    }
}
