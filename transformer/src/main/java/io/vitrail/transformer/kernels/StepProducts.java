package io.vitrail.transformer.kernels;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import java.util.Arrays;
import java.util.Optional;

/** A step's products with weights, whose rows are shared among the threads; and the weights' copies for them. */
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
        float[][] whole = new float[rows][];
        Arrays.setAll(whole, row -> weights.whole(x, row));
        float[] y = new float[rows * weights.outWidth];
        int regions = (int) Math.max(1, Math.min(weights.bytes() / SHARE, team.size()));
        int each = (int) Math.max(1, weights.bytes() / SHARE / regions);
        team.share(
                regions * each,
                part -> weights.outputs(RowLines.part(weights.outWidth, regions, each, part), whole, y));
        if (activation != Activation.LINEAR) {
            loops.activate(
                    activation, y, 0, y.length); // by one thread: it takes a few microseconds, and is compiled better
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
        int shares = (int) Math.min(weights.outWidth, Math.max(1, weights.bytes() / FILLED));
        engine.read(
                matrix,
                numbers -> team.share(shares, share -> {
                    int first = (int) ((long) weights.outWidth * share / shares);
                    int end = (int) ((long) weights.outWidth * (share + 1) / shares);
                    weights.fill(numbers, first, end);
                }));
        return weights;
    }
}
