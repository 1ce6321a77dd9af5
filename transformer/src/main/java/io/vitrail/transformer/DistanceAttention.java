package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * Self-attention whose scores also tell how far apart a query and a key are, by a learned vector for each distance. It
 * differs from {@link SelfAttention} in what is added to the scores: q · d, with d the vector of (place of the query − place of
 * the key) (Shaw et al. 2018), and k · d with it, if keys ask too (Huang et al. 2020, method 4). [batch, tokens, width] to the
 * same.
 */
public final class DistanceAttention extends TensorBlock {
    /** Who asks for the distance. */
    public enum Askers {
        QUERIES,
        QUERIES_AND_KEYS
    }

    private final AttentionConfig config;
    private final int length;
    private final Askers askers;
    private final QueryKeyValue projections;
    private final TokenEmbedding distances;
    private final Linear output;

    /** @param length the longest sequence, in tokens: there are 2 · length − 1 distances */
    public DistanceAttention(AttentionConfig config, int length, Askers askers) {
        this.config = config;
        this.length = length;
        this.askers = askers;
        projections = part("projections", new QueryKeyValue(config));
        int count = Math.subtractExact(Math.multiplyExact(2, length), 1);
        distances = part("distances", new TokenEmbedding(count, config.headWidth()));
        output = part("output", new Linear(config.width(), config.width(), config.outputBias(), Activation.LINEAR));
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        QueryKeyValue.Split split = projections.split(x, pass);
        NDArray q = Heads.split(split.q(), config.heads()); // [batch, heads, tokens, headWidth]
        NDArray k = Heads.split(split.k(), config.heads());
        NDArray v = Heads.split(split.v(), config.heads());
        AttentionMask bias = new AttentionMask.Bias(Numbers.times(scores(q, k, pass), config.scale()));
        NDArray mixed = Attention.of(q, k, v, config.scale(), pass.withMask(bias.and(pass.mask())));
        return output.forward(Heads.join(mixed), pass); // [batch, tokens, width]
    }

    /** What distances add to the scores: [batch, heads, queries, keys], float32. */
    private NDArray scores(NDArray q, NDArray k, Pass pass) {
        NDArray between = distances.forward(numbers(q.getManager(), q.getShape().get(2)), pass); // [q, k, headWidth]
        NDArray ofQueries = product(pass.operations().leave(q), between);
        if (askers == Askers.QUERIES) {
            return ofQueries;
        }
        NDArray ofKeys = product(pass.operations().leave(k), between.swapAxes(0, 1)); // [batch, heads, keys, queries]
        return ofQueries.add(ofKeys.swapAxes(2, 3));
    }

    /** The number of each query's distance to each key: [tokens, tokens], from 0 for the farthest that follows it. */
    private NDArray numbers(NDManager manager, long tokens) {
        Check.that(tokens <= length, "A sequence of %d tokens is longer than the %d positions.", tokens, length);
        NDArray places = manager.arange(0, (int) tokens, 1, DataType.INT64);
        return places.expandDims(1).sub(places).add(length - 1);
    }

    /** Of each token, with its own row of the table: [batch, heads, n, headWidth] · [n, m, headWidth] to [batch, heads, n, m]. */
    private static NDArray product(NDArray x, NDArray table) {
        Shape s = x.getShape();
        NDArray byToken = x.transpose(2, 0, 1, 3).reshape(s.get(2), s.get(0) * s.get(1), s.get(3));
        NDArray products = byToken.matMul(table.swapAxes(1, 2)); // [n, batch · heads, m]
        return products.reshape(s.get(2), s.get(0), s.get(1), table.getShape().get(1))
                .transpose(1, 2, 0, 3);
    }
}
