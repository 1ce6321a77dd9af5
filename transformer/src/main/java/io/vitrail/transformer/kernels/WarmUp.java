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
    private static final Set<NumberType> BEGUN = EnumSet.noneOf(NumberType.class);

    private final StepLoops loops;
    private final NumberType type;

    private WarmUp(StepLoops loops, NumberType type) {
        this.loops = loops;
        this.type = type;
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
                    case FLOAT32 -> new HeapWeights.Float32(loops, LENGTH, new float[1]);
                    case BFLOAT16 -> new HeapWeights.Bfloat16(loops, LENGTH, new float[1]);
                    case INT8 -> new HeapWeights.Int8(loops, LENGTH, new float[1], new float[1]);
                };
        float[] x = new float[LENGTH];
        for (int i = 0; i < CALLS; i++) {
            weights.output(0, x);
        }
        float[] few = new float[64];
        for (int i = 0; i < CALLS; i++) {
            few[0] = loops.dot(x, 0, few, few.length);
            loops.softmax(few, few.length);
            loops.addScaled(few, 1, x, 0);
        }
        for (int i = 0; i < CALLS; i++) {
            loops.activate(i % 2 == 0 ? Activation.SILU : Activation.GELU_TANH, few, 0, few.length);
        }
    }
}
