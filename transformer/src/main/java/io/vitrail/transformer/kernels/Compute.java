package io.vitrail.transformer.kernels;

import ai.djl.Device;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;

/**
 * Where and how precisely a model computes.
 *
 * @param device CPU or a GPU
 * @param precision of the arithmetic
 */
public record Compute(Device device, Precision precision) {
    /** The CPU in float32: the same results as the reference. */
    public static final Compute DEFAULT = new Compute(Device.cpu(), Precision.FP32);

    public Compute withDevice(Device other) {
        return new Compute(other, precision);
    }

    public Compute withPrecision(Precision other) {
        return new Compute(device, other);
    }

    /** The operations chosen for it; starts the engine. */
    public Operations operations() {
        DjlEngine.get();
        return Kernels.choose(device, precision);
    }
}
