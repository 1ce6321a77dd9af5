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

    /**
     * The sum of products of x's first numbers with weights.
     *
     * @param at of the first weight
     */
    float dot(float[] weights, int at, float[] x, int count);

    /**
     * The same with weights of bfloat16, two in each number: of 32 in a row the first 16 are the low halves of 16 numbers, the
     * others the high halves.
     *
     * @param at of the first 16 numbers
     * @param count how many numbers, a multiple of 16; x is twice as long, or longer
     */
    float dotBfloat16(int[] weights, int at, float[] x, int count);

    /**
     * The same with weights of 8 bits, four in each number: of 64 in a row the first 16 are the lowest bytes of 16 numbers.
     *
     * @param at of the first 16 numbers
     * @param count how many numbers, a multiple of 16; x is four times as long, or longer
     */
    float dotInt8(int[] weights, int at, float[] x, int count);

    /**
     * sum += factor · numbers, for as many as sum has.
     *
     * @param at of the first number
     */
    void addScaled(float[] sum, float factor, float[] numbers, int at);

    /** The activation of y's numbers from the first to before the end, in place. */
    void activate(Activation activation, float[] y, int first, int end);

    /** e^x / Σ e^x of the first numbers, in place. */
    void softmax(float[] x, int count);
}
