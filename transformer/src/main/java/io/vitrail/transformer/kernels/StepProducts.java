package io.vitrail.transformer.kernels;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import java.util.Arrays;
import java.util.Optional;

/** A step's products with weights, whose blocks are shared among the threads; and the weights' copies for them. */
final class StepProducts {
    /** Bytes of weights that a thread takes at a time, of those that it reads on and on. */
    private static final int SHARE = 1 << 17;

    /** The same where weights are copied. */
    private static final int FILLED = 1 << 19;

    private final FastOperations engine;
    private final StepLoops loops;
    private final Team team;

    StepProducts(FastOperations engine, StepLoops loops) {
        this.engine = engine;
        this.loops = loops;
        team = Team.shared();
    }

    /** Activation(x Wᵀ + b): rows of inWidth to rows of outWidth. */
    float[] of(float[] x, int rows, HeapWeights weights, Activation activation) {
        float[][] each = new float[rows][];
        Arrays.setAll(
                each, row -> rows == 1 ? x : Arrays.copyOfRange(x, row * weights.inWidth, (row + 1) * weights.inWidth));
        float[] y = new float[rows * weights.outWidth];
        share(weights, SHARE, (first, end) -> weights.outputs(first, end, each, y));
        if (activation != Activation.LINEAR) { // by one thread: it takes a few microseconds, and is compiled better
            loops.activate(activation, y, 0, y.length);
        }
        return y;
    }

    /**
     * A copy of a layer's weights; none if Java's memory is too small.
     *
     * @param loaded before it was packed
     * @param packed by the engine
     */
    Optional<HeapWeights> copy(Affine loaded, Affine packed) {
        if (!HeapMemory.has(
                (long) loaded.inWidth() * loaded.outWidth() * engine.type().bytes())) {
            return Optional.empty();
        }
        try {
            return Optional.of(packed.scales()
                    .map(factors -> int8(loaded, packed.weight(), factors))
                    .orElseGet(() -> engine.type() == NumberType.FLOAT32 ? float32(loaded) : bfloat16(loaded)));
        } catch (OutOfMemoryError | ArithmeticException e) { // of one large array: nothing else is lost
            return Optional.empty();
        }
    }

    private HeapWeights float32(Affine loaded) {
        return filled(new HeapWeights.Float32(loops, loaded.inWidth(), bias(loaded)), loaded.weight());
    }

    private HeapWeights bfloat16(Affine loaded) {
        return filled(new HeapWeights.Bfloat16(loops, loaded.inWidth(), bias(loaded)), loaded.weight());
    }

    private HeapWeights int8(Affine loaded, NDArray rounded, NDArray factors) {
        float[] all = engine.numbers(factors);
        return filled(new HeapWeights.Int8(loops, loaded.inWidth(), bias(loaded), all), rounded);
    }

    private float[] bias(Affine affine) {
        return affine.bias().map(engine::numbers).orElseGet(() -> new float[affine.outWidth()]);
    }

    private HeapWeights filled(HeapWeights weights, NDArray matrix) {
        engine.read(matrix, numbers -> share(weights, FILLED, (first, end) -> weights.fill(numbers, first, end)));
        return weights;
    }

    /** Has the threads work on all blocks, of which one takes about so many bytes at a time. */
    private void share(HeapWeights weights, int bytes, Team.Range work) {
        int blocks = weights.blocks();
        int each = (int) Math.max(1, weights.bytes() / bytes / team.size()); // as many for each thread
        int parts = weights.bytes() < bytes ? 1 : Math.min(blocks, each * team.size());
        team.share(blocks, parts, work);
    }
}
