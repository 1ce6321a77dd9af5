package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.LayerNorm;

/**
 * The specification of {@link Operations} in DJL's differentiable tensor operations. It trains, and runs on any device and
 * platform.
 */
public final class ReadableOperations implements Operations {
    /** The one instance; it holds no state. */
    public static final Operations INSTANCE = new ReadableOperations();

    private ReadableOperations() {}

    @Override
    public NDArray linear(NDArray x, Affine affine, Activation activation) {
        NDList y =
                ai.djl.nn.core.Linear.linear(x, affine.weight(), affine.bias().orElse(null));
        return activation.apply(y.singletonOrThrow());
    }

    @Override
    public NDArray attention(NDArray q, NDArray k, NDArray v, AttentionMask mask, float scale) {
        return attentionWeights(q, k, mask, scale).matMul(v);
    }

    /** The share of each key in each query's mixture: softmax(q kᵀ · scale + mask), [batch, heads, queries, keys]. */
    static NDArray attentionWeights(NDArray q, NDArray k, AttentionMask mask, float scale) {
        NDArray scores = Numbers.times(q.matMul(k.swapAxes(2, 3)), scale);
        return mask.apply(scores).softmax(-1);
    }

    @Override
    public NDArray layerNorm(NDArray x, NDArray scale, NDArray shift, float epsilon) {
        long width = x.getShape().get(x.getShape().dimension() - 1);
        return LayerNorm.layerNorm(x, new Shape(width), scale, shift, epsilon).singletonOrThrow();
    }

    @Override
    public NDArray rmsNorm(NDArray x, NDArray scale, float epsilon) {
        NDArray meanSquare = x.square().mean(new int[] {-1}, true);
        return x.div(meanSquare.add(epsilon).sqrt()).mul(scale);
    }

    @Override
    public NDArray activate(NDArray x, Activation activation) {
        return activation.apply(x);
    }

    @Override
    public NDArray residual(NDArray x, NDArray update) {
        return x.add(update);
    }

    @Override
    public NDArray residual(NDArray x, NDArray update, NDArray scale) {
        return x.add(update.mul(scale));
    }

    @Override
    public NDArray multiply(NDArray x, NDArray y) {
        return x.mul(y);
    }

    @Override
    public NDArray rotate(NDArray x, NDArray cos, NDArray sin) {
        NDList halves = x.split(2, 3); // each [batch, heads, tokens, headWidth / 2]
        NDArray turned = NDArrays.concat(new NDList(halves.get(1).neg(), halves.get(0)), 3);
        return x.mul(cos).add(turned.mul(sin));
    }

    @Override
    public NDArray room(NDArray like, long rows, long capacity, NDManager owner) {
        Shape s = like.getShape();
        return owner.zeros(new Shape(rows, s.get(1), capacity, s.get(3)));
    }

    @Override
    public NDArray write(NDArray room, NDArray x, long place) {
        Shape s = x.getShape();
        long end = place + s.get(2);
        room.set(new NDIndex(":{}, :, {}:{}", s.get(0), place, end), x);
        NDArray written = room.get(":{}, :, :{}", s.get(0), end);
        written.attach(x.getManager());
        return written;
    }

    @Override
    public NDArray tokens(NDArray x, long first, long end) {
        return x.get(":, :, {}:{}", first, end);
    }

    @Override
    public void copyRows(NDArray from, NDArray to, long tokens, NDArray sources, NDArray targets) {
        try (NDManager scope = from.getManager().newSubManager()) {
            NDArray rows = Scope.lend(from, scope).get(":, :, :{}", tokens).get(Scope.lend(sources, scope));
            long[] numbers = targets.toLongArray();
            for (int i = 0; i < numbers.length; i++) {
                to.set(new NDIndex("{}, :, :{}", numbers[i], tokens), rows.get(i));
            }
        }
    }

    @Override
    public Affine prepare(Affine affine) {
        return affine;
    }

    @Override
    public NDArray prepare(NDArray weight) {
        return weight;
    }
}
