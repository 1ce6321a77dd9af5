package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.Optional;

/**
 * Self-attention of a segment over itself and the memory of those before, by distance (Dai et al. 2019, section 3.3).
 * It differs from {@link SelfAttention} in its scores, (q + u) · k + (q + v) · r: r is the projected vector of how
 * far the key lies behind the query ({@link RelativePositions}), u and v are learned per head, and tell how much a
 * key counts whoever asks, and how much a distance does. [batch, tokens, width] to the same.
 */
public final class RelativeAttention extends TensorBlock {
    /** u and v, [heads, headWidth] each; the layers of a model may share them. */
    public static final class Biases extends TensorBlock {
        private final Parameter ofKeys;
        private final Parameter ofDistances;

        public Biases(int heads, int headWidth) {
            ofKeys = parameter("ofKeys", Parameter.Type.BIAS, Initializers.ZERO, heads, headWidth);
            ofDistances = parameter("ofDistances", Parameter.Type.BIAS, Initializers.ZERO, heads, headWidth);
        }

        /** q + u, [batch, heads, tokens, headWidth]; q must not be used afterwards. */
        @Override
        public NDArray forward(NDArray q, Pass pass) {
            return pass.operations().residual(q, perHead(ofKeys, q, pass));
        }

        /** q + v of the same shape, float32. */
        private NDArray forDistances(NDArray q, Pass pass) {
            return pass.operations().leave(q).add(perHead(ofDistances, q, pass));
        }

        private NDArray perHead(Parameter bias, NDArray q, Pass pass) {
            return Scope.lend(value(bias, q, pass), q.getManager()).expandDims(1); // [heads, 1, headWidth]
        }
    }

    private final AttentionConfig config;
    private final QueryKeyValue projections;
    private final Linear distances;
    private final Biases biases;
    private final Linear output;
    private final Optional<TensorBlock> norm;

    /** In a block that normalises behind it. */
    public RelativeAttention(AttentionConfig config, Biases biases) {
        this(config, biases, Optional.empty());
    }

    /** @param norm what the block's stream has been through: memory goes through it here. It stays the block's part */
    public RelativeAttention(AttentionConfig config, Biases biases, Optional<TensorBlock> norm) {
        this.config = config;
        this.norm = norm;
        int width = config.width();
        projections = part("projections", new QueryKeyValue(config));
        distances = part("distances", new Linear(width, config.queryWidth(), Bias.ABSENT, Activation.LINEAR));
        this.biases = part("biases", biases);
        output = part("output", new Linear(config.queryWidth(), width, config.outputBias(), Activation.LINEAR));
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        NDArray seen = withMemory(x, pass); // [batch, keys, width]: memory, then the segment
        QueryKeyValue.Split split = projections.split(seen, pass);
        NDArray q = Heads.split(last(split.q(), x.getShape().get(1)), config.heads());
        NDArray k = Heads.split(split.k(), config.heads()); // [batch, heads, keys, headWidth]
        NDArray v = Heads.split(split.v(), config.heads());
        AttentionMask bias =
                new AttentionMask.Bias(distanceScores(q, seen.getShape().get(1), pass));
        NDArray asking = biases.forward(q, pass);
        NDArray mixed = Attention.of(asking, k, v, config.scale(), pass.withMask(bias.and(pass.mask())));
        return output.forward(Heads.join(mixed), pass); // [batch, tokens, width]
    }

    private NDArray withMemory(NDArray x, Pass pass) {
        return pass.past()
                .remembered(x.getManager())
                .map(memory -> norm.map(block -> block.forward(memory, pass)).orElse(memory))
                .map(memory -> memory.concat(x, 1))
                .orElse(x);
    }

    /** [batch, n, width] to [batch, tokens, width]. */
    private static NDArray last(NDArray x, long tokens) {
        long earlier = x.getShape().get(1) - tokens;
        return earlier == 0 ? x : x.split(new long[] {earlier}, 1).get(1);
    }

    /** (q + v) · r, scaled: [batch, heads, queries, keys], float32. */
    private NDArray distanceScores(NDArray q, long keys, Pass pass) {
        NDArray vectors = Scope.lend(pass.geometry().distances().orElseThrow(), q.getManager()); // [1, keys, width]
        Check.state(vectors.getShape().get(1) == keys, "%s distances, but %d keys.", vectors.getShape(), keys);
        NDArray r = Heads.split(pass.operations().leave(distances.forward(vectors, pass)), config.heads());
        NDArray asking = Numbers.times(biases.forDistances(q, pass), config.scale());
        return Scope.of(asking, x -> shifted(x.matMul(r.swapAxes(2, 3)))); // [batch, heads, queries, keys]
    }

    /**
     * From scores by distance, the farthest of the last query first, to scores by key (appendix B): row i, counted
     * from the last, moves i places to the left. What comes in from the right belongs to keys behind the query, which
     * are hidden.
     */
    private static NDArray shifted(NDArray x) {
        Shape s = x.getShape();
        NDArray column = x.getManager().zeros(new Shape(s.get(0), s.get(1), s.get(2), 1));
        NDArray padded = column.concat(x, 3).reshape(s.get(0), s.get(1), s.get(3) + 1, s.get(2));
        return padded.get(":, :, 1:").reshape(s);
    }
}
