package io.vitrail.transformer.kernels;

import io.vitrail.transformer.Activation;
import java.util.Optional;

/**
 * The inner loops of a step: what is done with a block of weights, or with one token's vector. They are Java with the vector
 * instructions of the CPU, which is the JDK's module {@code jdk.incubator.vector}: a program has them that is started with
 * {@code --add-modules jdk.incubator.vector}. Thread-safe.
 */
public interface StepLoops {
    /** Rows that {@link #dots} multiplies at a time. */
    int ROWS = 4;

    /** The loops of this JVM, if it was started with that module. */
    static Optional<StepLoops> available() {
        return FoundLoops.LOOPS;
    }

    /** Numbers that one instruction takes: a power of two. */
    int lanes();

    /**
     * sums = Σ x · weight, of 2 · lanes outputs.
     *
     * @param weights of each input in turn, for the outputs side by side
     * @param at of the first input's
     * @param x of all inputs
     */
    void sums(float[] weights, int at, float[] x, float[] sums);

    /** The same with weights of bfloat16, two in each number: the low halves are those of the first lanes' outputs. */
    void sumsBfloat16(int[] weights, int at, float[] x, float[] sums);

    /** The same with weights of 8 bits, four in each number: the lowest bytes are those of the first of 4 · lanes outputs. */
    void sumsInt8(int[] weights, int at, float[] x, float[] sums);

    /**
     * Sums of products of x with rows.
     *
     * @param at of each row's first number, {@link #ROWS} of them
     * @param sums of each row
     */
    void dots(float[] rows, int[] at, float[] x, float[] sums);

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
