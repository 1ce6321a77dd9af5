package io.vitrail.transformer.kernels;

import ai.djl.Device;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;

/**
 * Where and how precisely a model computes.
 *
 * @param device CPU or a GPU
 * @param precision of the arithmetic
 * @param passes how many callers' passes through a model may compute at the same time; 1 unless chosen otherwise
 */
public record Compute(Device device, Precision precision, int passes) {
    /** The CPU in float32: the same results as the reference. */
    public static final Compute DEFAULT = new Compute(Device.cpu(), Precision.FP32);

    public Compute {
        Check.that(passes >= 1, "At least 1 pass must be let in, not %d.", passes);
    }

    /** One pass at a time. */
    public Compute(Device device, Precision precision) {
        this(device, precision, 1);
    }

    public Compute withDevice(Device other) {
        return new Compute(other, precision, passes);
    }

    public Compute withPrecision(Precision other) {
        return new Compute(device, other, passes);
    }

    /** Several passes at the same time: where one doesn't use all cores; see {@link DjlEngine#useThreads}. */
    public Compute withPasses(int other) {
        return new Compute(device, precision, other);
    }

    /** The operations chosen for it; starts the engine. */
    public Operations operations() {
        DjlEngine.get();
        return Kernels.choose(device, precision);
    }
}
