package io.vitrail.transformer.kernels;

import io.vitrail.transformer.Activation;
import java.util.Optional;

/**
 * The inner loops of a step: what is done with a row of weights, or with one token's vector. They are Java with the vector
 * instructions of the CPU, which is the JDK's module {@code jdk.incubator.vector}: a program has them that is started with
 * {@code --add-modules jdk.incubator.vector}. Thread-safe.
 */
public interface StepLoops {
    /** The loops of this JVM, if it was started with that module. */
    static Optional<StepLoops> available() {
        return FoundLoops.LOOPS;
    }

    /** Rows that are multiplied at a time: memory is read faster in some places at once, if they are far apart. */
    int ROWS = 4;

    /**
     * Sums of products of x with rows of weights.
     *
     * @param at of each row's first weight, {@link #ROWS} of them
     * @param sums of each row
     */
    void dots(float[] weights, int[] at, float[] x, float[] sums);

    /**
     * The same with weights of bfloat16, two in each number: of 32 in a row the first 16 are the low halves of 16 numbers, the
     * others the high halves.
     *
     * @param at of each row's first 16 numbers
     * @param x as long as a row, a multiple of 32
     */
    void dotsBfloat16(int[] weights, int[] at, float[] x, float[] sums);

    /**
     * The same with weights of 8 bits, four in each number: of 64 in a row the first 16 are the lowest bytes of 16 numbers.
     *
     * @param at of each row's first 16 numbers
     * @param x as long as a row, a multiple of 64
     */
    void dotsInt8(int[] weights, int[] at, float[] x, float[] sums);

    /**
     * sum = Σ factor · row, of as many rows as there are factors, one behind the other, each as long as sum.
     *
     * @param at of the first row's first number
     */
    void mix(float[] factors, float[] rows, int at, float[] sum);

    /** The activation of y's numbers from the first to before the end, in place. */
    void activate(Activation activation, float[] y, int first, int end);

    /** e^x / Σ e^x of the first numbers, in place. */
    void softmax(float[] x, int count);
}
