package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/** The readable operations, for tests that change one of them. */
class Delegate implements Operations {
    private static final Operations READABLE = ReadableOperations.INSTANCE;

    @Override
    public NDArray linear(NDArray x, Affine affine, Activation activation) {
        return READABLE.linear(x, affine, activation);
    }

    @Override
    public NDArray attention(NDArray q, NDArray k, NDArray v, AttentionMask mask, float scale) {
        return READABLE.attention(q, k, v, mask, scale);
    }

    @Override
    public NDArray layerNorm(NDArray x, NDArray scale, NDArray shift, float epsilon) {
        return READABLE.layerNorm(x, scale, shift, epsilon);
    }

    @Override
    public NDArray rmsNorm(NDArray x, NDArray scale, float epsilon) {
        return READABLE.rmsNorm(x, scale, epsilon);
    }

    @Override
    public NDArray activate(NDArray x, Activation activation) {
        return READABLE.activate(x, activation);
    }

    @Override
    public NDArray residual(NDArray x, NDArray update) {
        return READABLE.residual(x, update);
    }

    @Override
    public NDArray residual(NDArray x, NDArray update, NDArray scale) {
        return READABLE.residual(x, update, scale);
    }

    @Override
    public NDArray multiply(NDArray x, NDArray y) {
        return READABLE.multiply(x, y);
    }

    @Override
    public NDArray rotate(NDArray x, NDArray cos, NDArray sin) {
        return READABLE.rotate(x, cos, sin);
    }

    @Override
    public Affine prepare(Affine affine) {
        return READABLE.prepare(affine);
    }

    @Override
    public NDArray prepare(NDArray weight) {
        return READABLE.prepare(weight);
    }
}
