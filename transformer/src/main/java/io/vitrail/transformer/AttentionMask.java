package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * What is added to attention's scores before the softmax: which keys a query may see, and position biases.
 * Scores are [batch, heads, queries, keys].
 */
public sealed interface AttentionMask
        permits AttentionMask.None,
                AttentionMask.Causal,
                AttentionMask.Window,
                AttentionMask.Padding,
                AttentionMask.Bias,
                DistanceBias,
                AttentionMask.Both {
    /** Every query sees every key. */
    AttentionMask NONE = new None();

    /** Query i sees keys 0 to i, counted from the end when there are more keys than queries. */
    AttentionMask CAUSAL = new Causal();

    /**
     * Stands for minus infinity: small enough that the softmax gives 0, and finite, so that a fully masked row isn't
     * NaN.
     */
    float HIDDEN = -3.0e38f;

    /**
     * What is added to scores to hide all but what is seen: 0 where {@code seen} is 1 or true, {@link #HIDDEN} where it
     * is 0.
     */
    static NDArray hidingAllBut(NDArray seen) {
        return seen.toType(DataType.FLOAT32, false).sub(1f).mul(-HIDDEN);
    }

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

    /** The mask of a query that comes last, among no more keys than it {@linkplain #reach reaches}. */
    default AttentionMask ofLastQuery() {
        return this;
    }

    /** Whether it hides all keys behind a query's own place. */
    default boolean hidesLater() {
        return false;
    }

    /**
     * Whether its values take memory for each pair of tokens, so that they are made for a {@link Block} when they are
     * needed.
     */
    default boolean madeByBlock() {
        return false;
    }

    /** How many keys a query sees at most, back from its own place where that is known. */
    default long reach() {
        return Long.MAX_VALUE;
    }

    /** The mask of a block of the scores, in that manager. */
    default AttentionMask of(Block block, NDManager manager) {
        return this;
    }

    /**
     * The same mask for many attentions: what costs more than an addition to the scores is computed now, in that
     * manager.
     */
    default AttentionMask computed(NDManager manager) {
        return this;
    }

    /**
     * Queries and keys next to one another; the ends are those of the first that don't belong to it. Where later keys
     * are hidden, the last key is the last query's own.
     */
    record Block(long firstQuery, long endQuery, long firstKey, long endKey) {
        public Block {
            Check.that(
                    firstQuery >= 0 && firstQuery < endQuery && firstKey >= 0 && firstKey < endKey,
                    "A block of scores can't be that of queries %d to %d and keys %d to %d.",
                    firstQuery,
                    endQuery,
                    firstKey,
                    endKey);
        }
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

        @Override
        public boolean hidesLater() {
            return true;
        }

        private static NDArray values(NDManager manager, long queries, long keys) {
            return hidingAllBut(ahead(manager, queries, keys).lte(0)); // [queries, keys]
        }

        /** How far each key is behind each query's own place: [queries, keys], float32, negative for earlier ones. */
        private static NDArray ahead(NDManager manager, long queries, long keys) {
            NDArray query = manager.arange((int) (keys - queries), (int) keys, 1, DataType.FLOAT32)
                    .reshape(queries, 1);
            return manager.arange(0, (int) keys, 1, DataType.FLOAT32)
                    .reshape(1, keys)
                    .sub(query);
        }
    }

    /**
     * Hides later positions, and earlier ones but the nearest (Jiang et al. 2023, "Mistral 7B", section 2): query i
     * sees keys i − width + 1 to i, counted from the end when there are more keys than queries. Over layers, what is
     * farther away comes through.
     *
     * @param width number of keys that a query sees, itself included
     */
    record Window(int width) implements AttentionMask {
        public Window {
            Check.that(width > 0, "A window must be at least 1 key wide, not %d.", width);
        }

        @Override
        public NDArray apply(NDArray scores) {
            Shape shape = scores.getShape();
            NDArray ahead = Causal.ahead(scores.getManager(), shape.get(2), shape.get(3));
            NDArray seen = ahead.lte(0).logicalAnd(ahead.gt(-width));
            return scores.add(hidingAllBut(seen));
        }

        /** It sees all keys that it reaches. */
        @Override
        public AttentionMask ofLastQuery() {
            return NONE;
        }

        @Override
        public boolean hidesLater() {
            return true;
        }

        @Override
        public long reach() {
            return width;
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
            return computed(scores.getManager()).apply(scores);
        }

        @Override
        public boolean sameForAllQueries() {
            return true;
        }

        @Override
        public AttentionMask of(Block block, NDManager manager) {
            return new Padding(Scope.lend(real, manager).get(":, {}:{}", block.firstKey(), block.endKey()));
        }

        @Override
        public AttentionMask computed(NDManager manager) {
            NDArray hidden = hidingAllBut(Scope.lend(real, manager)); // [batch, keys]
            return new Bias(hidden.expandDims(1).expandDims(1));
        }
    }

    /**
     * Adds a bias that depends on positions.
     *
     * @param values [batch or 1, heads or 1, queries or 1, keys]
     */
    record Bias(NDArray values) implements AttentionMask {
        @Override
        public NDArray apply(NDArray scores) {
            return scores.add(values);
        }

        @Override
        public boolean sameForAllQueries() {
            return values.getShape().get(1) == 1 && values.getShape().get(2) == 1;
        }

        @Override
        public AttentionMask of(Block block, NDManager manager) {
            NDArray part = Scope.lend(values, manager).get(":, :, :, {}:{}", block.firstKey(), block.endKey());
            boolean perQuery = part.getShape().get(2) > 1;
            return new Bias(perQuery ? part.get(":, :, {}:{}", block.firstQuery(), block.endQuery()) : part);
        }
    }

    /**
     * The first mask, then the second. What both hide is hidden no more than what one does: a row without any key is
     * spread evenly.
     */
    record Both(AttentionMask first, AttentionMask second) implements AttentionMask {
        @Override
        public NDArray apply(NDArray scores) {
            NDArray least = scores.getManager().full(new Shape(), HIDDEN);
            return second.apply(first.apply(scores)).maximum(least);
        }

        @Override
        public boolean sameForAllQueries() {
            return first.sameForAllQueries() && second.sameForAllQueries();
        }

        @Override
        public AttentionMask ofLastQuery() {
            return first.ofLastQuery().and(second.ofLastQuery());
        }

        @Override
        public boolean hidesLater() {
            return first.hidesLater() || second.hidesLater();
        }

        @Override
        public boolean madeByBlock() {
            return first.madeByBlock() || second.madeByBlock();
        }

        @Override
        public long reach() {
            return Math.min(first.reach(), second.reach());
        }

        @Override
        public AttentionMask of(Block block, NDManager manager) {
            return first.of(block, manager).and(second.of(block, manager));
        }

        @Override
        public AttentionMask computed(NDManager manager) {
            return first.computed(manager).and(second.computed(manager));
        }
    }
}
