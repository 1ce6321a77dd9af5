package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * What is added to attention's scores before the softmax: which keys a query may see, and position biases.
 * Scores are [batch, heads, queries, keys].
 */
public sealed interface AttentionMask {
    /** Every query sees every key. */
    AttentionMask NONE = new None();

    /** Query i sees keys 0 to i, counted from the end when there are more keys than queries. */
    AttentionMask CAUSAL = new Causal();

    /** Stands for minus infinity: small enough that the softmax gives 0, and finite, so that a fully masked row isn't NaN. */
    float HIDDEN = -3.0e38f;

    /** The scores with this mask added, in the scores' manager. */
    NDArray apply(NDArray scores);

    /** Both masks, one after the other. */
    default AttentionMask and(AttentionMask other) {
        if (this instanceof None) {
            return other;
        }
        return other instanceof None ? this : new Both(this, other);
    }

    /** Whether it doesn't tell queries or heads apart. */
    default boolean sameForAllQueries() {
        return false;
    }

    /** The mask of a query that comes last. */
    default AttentionMask ofLastQuery() {
        return this;
    }

    /** Hides nothing. */
    record None() implements AttentionMask {
        @Override
        public NDArray apply(NDArray scores) {
            return scores;
        }

        @Override
        public boolean sameForAllQueries() {
            return true;
        }
    }

    /** Hides later positions (Vaswani et al. 2017, section 3.2.3). */
    record Causal() implements AttentionMask {
        @Override
        public NDArray apply(NDArray scores) {
            Shape shape = scores.getShape();
            return scores.add(values(scores.getManager(), shape.get(2), shape.get(3)));
        }

        /** It sees all keys. */
        @Override
        public AttentionMask ofLastQuery() {
            return NONE;
        }

        private static NDArray values(NDManager manager, long queries, long keys) {
            NDArray query = manager.arange((int) (keys - queries), (int) keys, 1, DataType.FLOAT32)
                    .reshape(queries, 1);
            NDArray key = manager.arange(0, (int) keys, 1, DataType.FLOAT32).reshape(1, keys);
            return key.gt(query).toType(DataType.FLOAT32, false).mul(HIDDEN); // [queries, keys]
        }
    }

    /**
     * Hides keys that are padding.
     *
     * @param real [batch, keys], 1 where a token is real and 0 where it is padding
     */
    record Padding(NDArray real) implements AttentionMask {
        @Override
        public NDArray apply(NDArray scores) {
            NDArray flags = Scope.lend(real, scores.getManager()).toType(DataType.FLOAT32, false);
            NDArray hidden = flags.sub(1f).mul(-HIDDEN); // [batch, keys]: 0 or HIDDEN
            return scores.add(hidden.expandDims(1).expandDims(1));
        }

        @Override
        public boolean sameForAllQueries() {
            return true;
        }
    }

    /**
     * Adds a bias that depends on positions.
     *
     * @param values [batch or 1, heads or 1, queries, keys]
     */
    record Bias(NDArray values) implements AttentionMask {
        @Override
        public NDArray apply(NDArray scores) {
            return scores.add(values);
        }
    }

    /** The first mask, then the second. */
    record Both(AttentionMask first, AttentionMask second) implements AttentionMask {
        @Override
        public NDArray apply(NDArray scores) {
            return second.apply(first.apply(scores));
        }

        @Override
        public boolean sameForAllQueries() {
            return first.sameForAllQueries() && second.sameForAllQueries();
        }

        @Override
        public AttentionMask ofLastQuery() {
            return first.ofLastQuery().and(second.ofLastQuery());
        }
    }
}
