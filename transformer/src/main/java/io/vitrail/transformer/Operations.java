package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.norm.Dropout;
import java.util.Optional;

/**
 * The few operations that every Transformer is made of: the seam between readable and fast. Blocks are written once over
 * them; {@link ReadableOperations} specifies what each computes, the kernels compute the same faster.
 *
 * <p>Results belong to the manager of the first argument. Instances are immutable and may be shared by threads.
 */
public interface Operations {
    /** Activation(x Wᵀ + b): [..., inWidth] to [..., outWidth]. */
    NDArray linear(NDArray x, Affine affine, Activation activation);

    /** A layer and its {@link LowRankChange}: x (W + scaling · B A)ᵀ + b but for dropout, [..., inWidth] to [..., outWidth]. */
    default NDArray linear(NDArray x, Affine affine, LowRankChange change) {
        return change.onto(linear(x, affine, Activation.LINEAR), x, this);
    }

    /**
     * softmax(q kᵀ · scale + mask) v (Vaswani et al. 2017, equation 1).
     *
     * @param q [batch, heads, queries, headWidth]
     * @param k [batch, heads, keys, headWidth]
     * @param v [batch, heads, keys, valueWidth]
     * @return [batch, heads, queries, valueWidth]
     */
    NDArray attention(NDArray q, NDArray k, NDArray v, AttentionMask mask, float scale);

    /** Another way to compute {@link #attention}. */
    @FunctionalInterface
    interface Attending {
        NDArray attention(NDArray q, NDArray k, NDArray v, AttentionMask mask, float scale);
    }

    /**
     * Attention that leaves a share of softmax's weights out, while the others grow to make up for it: for training alone.
     * What is left out follows from the engine's seed.
     *
     * @param dropout the share, above 0 and below 1
     */
    default Attending attending(float dropout) {
        return (q, k, v, mask, scale) -> {
            NDArray weights = ReadableOperations.attentionWeights(leave(q), leave(k), mask, scale);
            NDArray kept = Dropout.dropout(weights, dropout, true).singletonOrThrow();
            return enter(kept.matMul(leave(v)));
        };
    }

    /**
     * Every kernel slid over the picture, with a border of one zero around it: [batch, channels, rows, columns] to [batch,
     * kernels, rows / stride, columns / stride] (rounded up).
     *
     * @param kernels [kernels, channels, 3, 3]
     * @param bias [kernels], if there is one
     */
    default NDArray convolution(NDArray x, NDArray kernels, Optional<NDArray> bias, int stride) {
        Shape one = new Shape(1, 1);
        return Conv2d.conv2d(x, kernels, bias.orElse(null), new Shape(stride, stride), one, one)
                .singletonOrThrow();
    }

    /** (x − mean) / √(variance + epsilon) · scale + shift over the last axis (Ba et al. 2016). */
    NDArray layerNorm(NDArray x, NDArray scale, NDArray shift, float epsilon);

    /** x / √(mean of x² + epsilon) · scale over the last axis (Zhang and Sennrich 2019). */
    NDArray rmsNorm(NDArray x, NDArray scale, float epsilon);

    /**
     * Queries, keys and values of all heads by one product (Vaswani et al. 2017, section 3.2.2), queries and keys turned by
     * their positions.
     *
     * @param x [batch, tokens, width]
     * @param affine whose outputs are the queries of all heads, then the keys, then the values
     */
    default Projected project(NDArray x, Affine affine, AttentionConfig config, Rotation rotation) {
        long keys = config.queryWidth();
        NDList parts = linear(x, affine, Activation.LINEAR).split(new long[] {keys, keys + config.keyValueWidth()}, 2);
        return Projected.of(parts.get(0), parts.get(1), parts.get(2), config, rotation, this);
    }

    /**
     * Attention of the one query that comes last in each row: its keys and values are written into the rooms at a place, and all
     * up to there are asked.
     *
     * @param projected of one token
     * @param rooms see {@link #room}
     * @return [batch, 1, heads · headWidth]: all heads' values side by side
     */
    default NDArray attendLast(Projected projected, KeyValue rooms, long place, float scale) {
        NDArray k = write(rooms.k(), projected.k(), place);
        NDArray v = write(rooms.v(), projected.v(), place);
        return Heads.join(Attention.ofGroups(projected.q(), k, v, AttentionMask.NONE, scale, this));
    }

    /** Activation(g) ⊙ u, with g and u the two halves of x Wᵀ + b (Shazeer 2020): [..., inWidth] to [..., outWidth / 2]. */
    default NDArray gated(NDArray x, Affine gateAndUp, Activation activation) {
        NDList halves = linear(x, gateAndUp, Activation.LINEAR)
                .split(new long[] {gateAndUp.outWidth() / 2}, x.getShape().dimension() - 1);
        return multiply(activate(halves.get(0), activation), halves.get(1));
    }

    /** The activation alone. */
    NDArray activate(NDArray x, Activation activation);

    /** x as a stack of blocks is given it: operations that train may leave some of its numbers out. */
    default NDArray drop(NDArray x) {
        return x;
    }

    /** x + update, the residual stream's next value; x must not be used afterwards, for it may be overwritten. */
    NDArray residual(NDArray x, NDArray update);

    /** x + (y Wᵀ + b), likewise. */
    default NDArray residual(NDArray x, NDArray y, Affine affine) {
        return residual(x, linear(y, affine, Activation.LINEAR));
    }

    /** x + update · scale, with scale [width]: the residual stream behind a layer scale; x must not be used afterwards. */
    NDArray residual(NDArray x, NDArray update, NDArray scale);

    /** Elementwise product of two arrays of one shape, or of one that broadcasts. */
    NDArray multiply(NDArray x, NDArray y);

    /**
     * x · cos + half(x) · sin, where half(a, b) = (−b, a) for the halves a and b of the last axis: turns the pairs
     * (xᵢ, xᵢ₊ₙ) with n = headWidth / 2 (Su et al. 2021, equation 34, with its pairs' members far apart).
     *
     * @param x [batch, heads, tokens, headWidth]
     * @param cos float32, of x's shape or of one that broadcasts, such as [tokens, headWidth]; likewise sin
     */
    NDArray rotate(NDArray x, NDArray cos, NDArray sin);

    /**
     * A layer of a stack: how long its intermediate tensors are kept is these operations' concern.
     *
     * @return of x's manager; x is consumed
     */
    default NDArray layer(TensorBlock block, NDArray x, Pass pass) {
        return Scope.of(x, y -> block.forward(y, pass));
    }

    /**
     * Room for the keys or values of sequences that grow, not filled: [rows, heads, capacity, headWidth]. It belongs to the
     * owner, and is of the type in which attention of a single query is fastest.
     *
     * @param like [any, heads, any, headWidth], what will be written there
     */
    NDArray room(NDArray like, long rows, long capacity, NDManager owner);

    /**
     * Writes x [batch, heads, tokens, headWidth] into the room's first rows, at a place and behind.
     *
     * @return the room's first rows up to the last place written, [batch, heads, place + tokens, headWidth]: a view that belongs
     *     to x's manager
     */
    NDArray write(NDArray room, NDArray x, long place);

    /** Some tokens in a row of x [batch, heads, tokens, headWidth]: a view that belongs to x's manager. */
    NDArray tokens(NDArray x, long first, long end);

    /**
     * Copies the first tokens of rows of one room to rows of another, or of the same.
     *
     * @param sources [n], int64: rows of {@code from}
     * @param targets [n], int64: rows of {@code to}, all different
     */
    void copyRows(NDArray from, NDArray to, long tokens, NDArray sources, NDArray targets);

    /** Weights as these operations want them: packed or converted once, for inference. The result belongs to the weight's manager. */
    Affine prepare(Affine affine);

    /** A vector or table of weights as these operations want it. */
    NDArray prepare(NDArray weight);

    /** x Wᵀ + b with weights as loaded, for a table that another part reads too: [..., inWidth] to [..., outWidth]. */
    default NDArray sharedLinear(NDArray x, Affine loaded) {
        return linear(x, loaded, Activation.LINEAR);
    }

    /** Whether {@link #sharedLinear} serves inference, so that a table needs no copy that is prepared. */
    default boolean computesWithLoaded() {
        return true;
    }

    /**
     * The operations for a decoder that writes token by token: they may keep weights a second time, for passes of few tokens.
     *
     * @param weights how many the decoder has
     */
    default Operations stepping(long weights) {
        return this;
    }

    /** The operations to prepare layers for that never see few tokens alone: without what {@link #stepping} has for these. */
    default Operations reading() {
        return this;
    }

    /** The operations that serve inside an encoder or decoder, where the arithmetic is; possibly of lower precision. */
    default Operations within() {
        return this;
    }

    /** float32 to what these operations compute in, at the border of an encoder. */
    default NDArray enter(NDArray x) {
        return x;
    }

    /** Back to float32. */
    default NDArray leave(NDArray x) {
        return x;
    }
}
