package io.vitrail.transformer.kernels;

import ai.djl.ndarray.NDArray;

/** A step's numbers in Java's memory, wherever an array has them. */
final class StepNumbers {
    private final FastOperations engine;
    private final FloatCopies copies;

    StepNumbers(FastOperations engine, FloatCopies copies) {
        this.engine = engine;
        this.copies = copies;
    }

    /** Those of x, which may be of the engine and of any type; they may be x's own. */
    float[] of(NDArray x) {
        return x instanceof HeapArray heap ? heap.numbers() : engine.numbers(x);
    }

    /** The same of what isn't changed as long as it lives, such as a norm's scale or a pass's angles. */
    float[] lasting(NDArray x) {
        return copies.of(x, NDArray::toFloatArray);
    }
}
