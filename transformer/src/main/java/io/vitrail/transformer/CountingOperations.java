package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.concurrent.atomic.DoubleAdder;

/** Counts the floating-point operations of the products in a pass, and has others compute it: two per multiply-add. */
public final class CountingOperations implements Operations {
    private final Operations operations;
    private final DoubleAdder count;

    public CountingOperations(Operations operations) {
        this(operations, new DoubleAdder());
    }

    private CountingOperations(Operations operations, DoubleAdder count) {
        this.operations = operations;
        this.count = count;
    }

    /** What was counted so far. */
    public double floatingOperations() {
        return count.sum();
    }

    @Override
    public NDArray linear(NDArray x, Affine affine, Activation activation) {
        count.add(2.0 * x.getShape().size() * affine.outWidth());
        return operations.linear(x, affine, activation);
    }

    @Override
    public NDArray attention(NDArray q, NDArray k, NDArray v, AttentionMask mask, float scale) {
        Shape queries = q.getShape();
        double pairs = (double) queries.get(0)
                * queries.get(1)
                * queries.get(2)
                * k.getShape().get(2);
        count.add(2.0 * pairs * (queries.get(3) + v.getShape().get(3)));
        return operations.attention(q, k, v, mask, scale);
    }

    @Override
    public NDArray layerNorm(NDArray x, NDArray scale, NDArray shift, float epsilon) {
        return operations.layerNorm(x, scale, shift, epsilon);
    }

    @Override
    public NDArray rmsNorm(NDArray x, NDArray scale, float epsilon) {
        return operations.rmsNorm(x, scale, epsilon);
    }

    @Override
    public NDArray activate(NDArray x, Activation activation) {
        return operations.activate(x, activation);
    }

    @Override
    public NDArray residual(NDArray x, NDArray update) {
        return operations.residual(x, update);
    }

    @Override
    public NDArray residual(NDArray x, NDArray update, NDArray scale) {
        return operations.residual(x, update, scale);
    }

    @Override
    public NDArray multiply(NDArray x, NDArray y) {
        return operations.multiply(x, y);
    }

    @Override
    public NDArray rotate(NDArray x, NDArray cos, NDArray sin) {
        return operations.rotate(x, cos, sin);
    }

    @Override
    public Affine prepare(Affine affine) {
        return operations.prepare(affine);
    }

    @Override
    public NDArray prepare(NDArray weight) {
        return operations.prepare(weight);
    }

    @Override
    public Operations within() {
        return new CountingOperations(operations.within(), count);
    }

    @Override
    public NDArray enter(NDArray x) {
        return operations.enter(x);
    }

    @Override
    public NDArray leave(NDArray x) {
        return operations.leave(x);
    }
}
