package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** The one place where queries meet keys, for self- and cross-attention alike. */
final class Attention {
    private Attention() {}

    /**
     * Every token asks all tokens, those of earlier passes too where a cache keeps them.
     *
     * @return [batch, tokens, heads · headWidth]
     */
    static NDArray toItself(Projected projected, float scale, Pass pass) {
        AttentionMask mask = pass.mask();
        boolean last = projected.q().getShape().get(2) == 1
                && mask.reach() > pass.earlierTokens()
                && mask.ofLastQuery() instanceof AttentionMask.None;
        if (last && pass.past() instanceof Past.Cached cached && !pass.trace().wants(Trace.Stage.ATTENTIONS)) {
            KeyValue rooms = cached.rooms(projected.keyValue(), pass.operations());
            return pass.operations().attendLast(projected, rooms, pass.earlierTokens(), scale);
        }
        KeyValue seen = pass.past().seen(projected.keyValue(), pass.operations());
        return Heads.join(of(projected.q(), seen.k(), seen.v(), scale, pass));
    }

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
        long hidden = k.getShape().get(2) - pass.mask().reach(); // keys before those that the last query sees
        if (queries.get(2) == 1 && hidden > 0) {
            return ofNearKeys(q, k, v, hidden, scale, pass);
        }
        AttentionMask mask = queries.get(2) == 1 ? pass.mask().ofLastQuery() : pass.mask();
        if (!pass.trace().wants(Trace.Stage.ATTENTIONS)) {
            return ofGroups(q, k, v, mask, scale, pass.operations());
        }
        if (queries.get(1) > k.getShape().get(1)) {
            int groups = groups(q, k);
            return of(q, k.repeat(1, groups), v.repeat(1, groups), scale, pass);
        }
        Operations operations = pass.operations();
        NDArray weights = ReadableOperations.attentionWeights(
                operations.leave(q), operations.leave(k), mask, scale); // [batch, heads, queries, keys]
        pass.trace().append(Trace.Stage.ATTENTIONS, weights);
        return operations.enter(weights.matMul(operations.leave(v)));
    }

    /** The same where each head of keys serves a group of heads of queries, which may be one. */
    static NDArray ofGroups(NDArray q, NDArray k, NDArray v, AttentionMask mask, float scale, Operations operations) {
        int groups = groups(q, k);
        if (groups == 1) {
            return operations.attention(q, k, v, mask, scale);
        }
        if (!mask.sameForAllQueries()) {
            return operations.attention(q, k.repeat(1, groups), v.repeat(1, groups), mask, scale);
        }
        Shape s = q.getShape(); // a group's heads as further queries: nothing is copied
        NDArray folded = q.reshape(s.get(0), k.getShape().get(1), groups * s.get(2), s.get(3));
        return operations.attention(folded, k, v, mask, scale).reshape(s);
    }

    private static int groups(NDArray q, NDArray k) {
        return Math.toIntExact(q.getShape().get(1) / k.getShape().get(1));
    }

    /** The same of one query that doesn't see the first keys: they aren't looked at. */
    private static NDArray ofNearKeys(NDArray q, NDArray k, NDArray v, long hidden, float scale, Pass pass) {
        long end = k.getShape().get(2);
        Operations operations = pass.operations();
        AttentionMask mask = pass.mask().of(new AttentionMask.Block(0, 1, hidden, end), q.getManager());
        NDArray nearKeys = operations.tokens(k, hidden, end);
        return of(q, nearKeys, operations.tokens(v, hidden, end), scale, pass.withMask(mask));
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
