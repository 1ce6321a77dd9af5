package io.vitrail.transformer.vector;

import io.vitrail.transformer.Activation;
import io.vitrail.transformer.kernels.StepLoops;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link StepLoops} by the JDK's vectors, of the width that the CPU has. Weights are read in their order, row after row: on a Zen
 * 4 one thread read 17 GB/s so, four rows side by side 7.
 */
public final class VectorLoops implements StepLoops {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final int BLOCK = 16; // numbers that lie together, of weights that share a number

    /** Made once, by {@link StepLoops#available}. */
    public VectorLoops() {
        if (INTS.length() != LANES || LANES > BLOCK || BLOCK % LANES != 0) {
            throw new UnsupportedOperationException("Vectors of " + LANES + " numbers.");
        }
    }

    @Override
    public float dot(float[] weights, int at, float[] x, int count) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = 0;
        for (; i <= count - 4 * LANES; i += 4 * LANES) {
            a = product(weights, at, x, i, a);
            b = product(weights, at, x, i + LANES, b);
            c = product(weights, at, x, i + 2 * LANES, c);
            d = product(weights, at, x, i + 3 * LANES, d);
        }
        for (; i <= count - LANES; i += LANES) {
            a = product(weights, at, x, i, a);
        }
        float sum = a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
        for (; i < count; i++) {
            sum += weights[at + i] * x[i];
        }
        return sum;
    }

    private static FloatVector product(float[] weights, int at, float[] x, int i, FloatVector sum) {
        return FloatVector.fromArray(FLOATS, weights, at + i).fma(FloatVector.fromArray(FLOATS, x, i), sum);
    }

    @Override
    public float dotBfloat16(int[] weights, int at, float[] x, int count) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = 0;
        for (; i <= count - 2 * LANES; i += 2 * LANES) {
            IntVector pairs = IntVector.fromArray(INTS, weights, at + i);
            IntVector next = IntVector.fromArray(INTS, weights, at + i + LANES);
            a = low(pairs).fma(FloatVector.fromArray(FLOATS, x, place(i)), a);
            b = high(pairs).fma(FloatVector.fromArray(FLOATS, x, place(i) + BLOCK), b);
            c = low(next).fma(FloatVector.fromArray(FLOATS, x, place(i + LANES)), c);
            d = high(next).fma(FloatVector.fromArray(FLOATS, x, place(i + LANES) + BLOCK), d);
        }
        for (; i < count; i += LANES) {
            IntVector pairs = IntVector.fromArray(INTS, weights, at + i);
            a = low(pairs).fma(FloatVector.fromArray(FLOATS, x, place(i)), a);
            b = high(pairs).fma(FloatVector.fromArray(FLOATS, x, place(i) + BLOCK), b);
        }
        return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
    }

    /** Where in x the numbers are that belong to the low halves of weights i and behind. */
    private static int place(int i) {
        return 2 * i - (i & BLOCK - 1);
    }

    private static FloatVector low(IntVector pairs) {
        return pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static FloatVector high(IntVector pairs) {
        return pairs.and(0xffff0000).reinterpretAsFloats();
    }

    @Override
    public float dotInt8(int[] weights, int at, float[] x, int count) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int i = 0; i < count; i += LANES) {
            IntVector fours = IntVector.fromArray(INTS, weights, at + i);
            int place = 4 * i - 3 * (i & BLOCK - 1);
            a = number(fours.lanewise(VectorOperators.LSHL, 24)).fma(FloatVector.fromArray(FLOATS, x, place), a);
            b = number(fours.lanewise(VectorOperators.LSHL, 16))
                    .fma(FloatVector.fromArray(FLOATS, x, place + BLOCK), b);
            c = number(fours.lanewise(VectorOperators.LSHL, 8))
                    .fma(FloatVector.fromArray(FLOATS, x, place + 2 * BLOCK), c);
            d = number(fours).fma(FloatVector.fromArray(FLOATS, x, place + 3 * BLOCK), d);
        }
        return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
    }

    /** The highest bytes, as signed numbers. */
    private static FloatVector number(IntVector fours) {
        return (FloatVector) fours.lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0);
    }

    @Override
    public void addScaled(float[] sum, float factor, float[] numbers, int at) {
        int i = 0;
        for (; i <= sum.length - LANES; i += LANES) {
            FloatVector.fromArray(FLOATS, numbers, at + i)
                    .fma(FloatVector.broadcast(FLOATS, factor), FloatVector.fromArray(FLOATS, sum, i))
                    .intoArray(sum, i);
        }
        for (; i < sum.length; i++) {
            sum[i] += factor * numbers[at + i];
        }
    }

    @Override
    public void activate(Activation activation, float[] y, int first, int end) {
        int i = first;
        if (VectorActivations.has(activation)) {
            for (; i <= end - LANES; i += LANES) {
                VectorActivations.of(activation, FloatVector.fromArray(FLOATS, y, i))
                        .intoArray(y, i);
            }
        }
        for (; i < end; i++) {
            y[i] = ScalarActivations.of(activation, y[i]);
        }
    }

    @Override
    public void softmax(float[] x, int count) {
        float most = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            most = Math.max(most, x[i]);
        }
        if (Float.isNaN(most)) {
            Arrays.fill(x, 0, count, most);
            return;
        }
        FloatVector sums = FloatVector.zero(FLOATS);
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            FloatVector e =
                    VectorActivations.exp(FloatVector.fromArray(FLOATS, x, i).sub(most));
            e.intoArray(x, i);
            sums = sums.add(e);
        }
        float sum = sums.reduceLanes(VectorOperators.ADD);
        for (; i < count; i++) {
            x[i] = (float) Math.exp(x[i] - most);
            sum += x[i];
        }
        for (i = 0; i < count; i++) {
            x[i] /= sum;
        }
    }
}
