package io.vitrail.transformer.kernels;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Operations;

/** The fast operations that a CPU may get, each with how near it has to come to the readable ones. */
enum Face {
    ONE_DNN_FLOAT32(KernelSource.ONE_DNN, NumberType.FLOAT32, 2e-6f),
    PLAIN_FLOAT32(KernelSource.PLAIN, NumberType.FLOAT32, 2e-6f),
    ONE_DNN_BFLOAT16(KernelSource.ONE_DNN, NumberType.BFLOAT16, 2e-2f),
    PLAIN_BFLOAT16(KernelSource.PLAIN, NumberType.BFLOAT16, 2e-2f);

    private final Operations operations;
    private final float tolerance;

    Face(KernelSource source, NumberType type, float tolerance) {
        operations = FastOperations.of(KernelArchive.compile(Device.cpu(), source.methods()), type);
        this.tolerance = tolerance;
    }

    /** As inside an encoder. */
    Operations operations() {
        return operations.within();
    }

    /** As a model's pass holds them. */
    Operations outside() {
        return operations;
    }

    float tolerance() {
        return tolerance;
    }

    /** ‖actual − expected‖ / ‖expected‖. */
    float distance(NDArray actual, NDArray expected) {
        return actual.sub(expected).norm().getFloat() / expected.norm().getFloat();
    }
}
