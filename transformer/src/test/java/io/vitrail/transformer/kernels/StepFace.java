package io.vitrail.transformer.kernels;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.Operations;
import java.util.Optional;

/** The operations that compute a step in Java, by what their weights are. */
enum StepFace {
    FLOAT32(NumberType.FLOAT32),
    BFLOAT16(NumberType.BFLOAT16),
    INT8(NumberType.INT8);

    private final KernelArchive kernels = KernelArchive.compile(Device.cpu(), KernelSource.ONE_DNN.methodsWithInt8());
    private final NumberType type;
    private final Operations engine;
    private final Operations operations;

    StepFace(NumberType type) {
        this.type = type;
        engine = FastOperations.of(kernels, type, Steps.ALWAYS);
        operations = engine.stepping(1);
    }

    /** One of the outputs for a row of x. */
    static float output(HeapWeights weights, int row, float[] x) {
        float[] y = new float[weights.outWidth];
        int block = row / weights.block;
        weights.outputs(block, block + 1, new float[][] {x}, y);
        return y[row];
    }

    /** As inside a decoder. */
    Operations operations() {
        return operations.within();
    }

    /** As a model's pass holds them. */
    Operations outside() {
        return operations;
    }

    /** Those that serve longer passes, inside a decoder. */
    Operations engine() {
        return engine.within();
    }

    /** Those of a model's other passes. */
    Operations engineOutside() {
        return engine;
    }

    /** The layer in float32 with the weights that these operations multiply with: rounded, and that is all. */
    Affine read(Affine loaded) {
        NDArray weight = loaded.weight();
        NDArray rounded =
                switch (type) {
                    case FLOAT32 -> weight;
                    case BFLOAT16 -> rounded(weight);
                    case INT8 -> wholes(loaded);
                };
        return new Affine(rounded, loaded.bias(), loaded.inWidth(), loaded.outWidth());
    }

    private NDArray rounded(NDArray x) {
        NDArray half = to(x, NumberType.BFLOAT16.code());
        return to(half, NumberType.FLOAT32.code());
    }

    private NDArray wholes(Affine loaded) {
        Affine packed = engine().prepare(loaded);
        Optional<NDArray> factors = packed.scales().map(scales -> to(scales, NumberType.FLOAT32.code()));
        return to(packed.weight(), NumberType.FLOAT32.code())
                .mul(factors.orElseThrow().expandDims(1));
    }

    private NDArray to(NDArray x, int code) {
        return kernels.call("to").with(x).with(code).into(x.getManager());
    }

    /** ‖actual − expected‖ / ‖expected‖. */
    static float distance(NDArray actual, NDArray expected) {
        NDArray difference = expected.sub(actual);
        return difference.norm().getFloat() / expected.norm().getFloat();
    }
}
