package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;

/** Has others compute every operation: the base of operations that only watch, or change one of them. */
public abstract class ForwardingOperations implements Operations {
    final Operations operations;

    protected ForwardingOperations(Operations operations) {
        this.operations = operations;
    }

    @Override
    public NDArray linear(NDArray x, Affine affine, Activation activation) {
        return operations.linear(x, affine, activation);
    }

    @Override
    public NDArray linear(NDArray x, Affine affine, LowRankChange change) {
        return operations.linear(x, affine, change);
    }

    @Override
    public NDArray attention(NDArray q, NDArray k, NDArray v, AttentionMask mask, float scale) {
        return operations.attention(q, k, v, mask, scale);
    }

    @Override
    public Attending attending(float dropout) {
        return operations.attending(dropout);
    }

    @Override
    public NDArray convolution(NDArray x, NDArray kernels, Optional<NDArray> bias, int stride) {
        return operations.convolution(x, kernels, bias, stride);
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
    public NDArray layer(TensorBlock block, NDArray x, Pass pass) {
        return operations.layer(block, x, pass);
    }

    @Override
    public NDArray drop(NDArray x) {
        return operations.drop(x);
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
    public NDArray room(NDArray like, long rows, long capacity, NDManager owner) {
        return operations.room(like, rows, capacity, owner);
    }

    @Override
    public NDArray write(NDArray room, NDArray x, long place) {
        return operations.write(room, x, place);
    }

    @Override
    public NDArray tokens(NDArray x, long first, long end) {
        return operations.tokens(x, first, end);
    }

    @Override
    public void copyRows(NDArray from, NDArray to, long tokens, NDArray sources, NDArray targets) {
        operations.copyRows(from, to, tokens, sources, targets);
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
    public NDArray sharedLinear(NDArray x, Affine loaded) {
        return operations.sharedLinear(x, loaded);
    }

    @Override
    public boolean computesWithLoaded() {
        return operations.computesWithLoaded();
    }

    /** Not forwarded: what serves inside an encoder has to be wrapped as well. */
    @Override
    public abstract Operations within();

    @Override
    public NDArray enter(NDArray x) {
        return operations.enter(x);
    }

    @Override
    public NDArray leave(NDArray x) {
        return operations.leave(x);
    }
}
