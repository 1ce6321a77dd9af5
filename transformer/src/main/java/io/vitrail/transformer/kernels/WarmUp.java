package io.vitrail.transformer.kernels;

import io.vitrail.transformer.Activation;
import java.util.EnumSet;
import java.util.Set;

/**
 * Calls the loops of a step, while a model is being loaded, until the JVM has compiled them: interpreted, vector instructions are
 * a thousand times as slow, and the first tokens would take half a second longer.
 */
final class WarmUp implements Runnable {
    private static final int CALLS = 10_000; // the compiler's last stage begins at 5,000
    private static final int LENGTH = 320;
    private static final int OUTPUTS = 64;
    private static final int FEW =
            64 + 16 + 3; // four vectors, one or two, and some numbers: what is never seen isn't compiled
    private static final Set<Activation> USUAL =
            EnumSet.of(Activation.SILU, Activation.GELU, Activation.GELU_TANH, Activation.RELU);
    private static final double SLOW = 20; // nanoseconds a number; compiled to vector instructions it is 0.1
    private static final long COMPILED = 10_000_000_000L; // nanoseconds, within which a busy machine compiles them
    private static final Set<NumberType> BEGUN = EnumSet.noneOf(NumberType.class);

    private static volatile boolean tooSlow;

    private final StepLoops loops;
    private final NumberType type;

    private WarmUp(StepLoops loops, NumberType type) {
        this.loops = loops;
        this.type = type;
    }

    /** Whether the loops were slow once they should have been compiled: not every JVM and CPU has all vector instructions. */
    static boolean isTooSlow() {
        return tooSlow;
    }

    /** Begins it in the background, once for each type. */
    static void begin(StepLoops loops, NumberType type) {
        synchronized (BEGUN) {
            if (!BEGUN.add(type)) {
                return;
            }
        }
        Thread thread = new Thread(new WarmUp(loops, type), "vitrail-warm-up");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        HeapWeights weights =
                switch (type) {
                    case FLOAT32 -> new HeapWeights.Float32(loops, LENGTH, new float[OUTPUTS]);
                    case BFLOAT16 -> new HeapWeights.Bfloat16(loops, LENGTH, new float[OUTPUTS]);
                    case INT8 -> new HeapWeights.Int8(loops, LENGTH, new float[OUTPUTS], new float[OUTPUTS]);
                };
        float[] x = new float[LENGTH];
        float[] y = new float[OUTPUTS];
        for (int i = 0; i < CALLS; i++) {
            weights.outputs(0, weights.blocks(), new float[][] {x}, y);
        }
        tooSlow |= staysSlow(weights, x, y);
        float[] few = new float[FEW];
        for (int i = 0; i < CALLS; i++) {
            loops.dots(x, new int[StepLoops.ROWS], few, new float[StepLoops.ROWS]);
            loops.softmax(few, few.length);
            loops.mix(new float[LENGTH / few.length], x, 0, few);
        }
        for (Activation activation : USUAL) {
            for (int i = 0; i < CALLS; i++) {
                loops.activate(activation, few, 0, few.length);
            }
        }
    }

    private static boolean staysSlow(HeapWeights weights, float[] x, float[] y) {
        long start = System.nanoTime();
        while (nanoseconds(weights, x, y) > SLOW) {
            if (System.nanoTime() - start > COMPILED) {
                return true;
            }
        }
        return false;
    }

    /** Of a number in the best of some calls. */
    private static double nanoseconds(HeapWeights weights, float[] x, float[] y) {
        double best = Double.MAX_VALUE;
        for (int i = 0; i < 100; i++) {
            long start = System.nanoTime();
            weights.outputs(0, weights.blocks(), new float[][] {x}, y);
            best = Math.min(best, (System.nanoTime() - start) / (double) (OUTPUTS * LENGTH));
        }
        return best;
    }
}
