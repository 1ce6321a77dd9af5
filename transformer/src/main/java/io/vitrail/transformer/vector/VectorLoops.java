package io.vitrail.transformer.vector;

import io.vitrail.transformer.Activation;
import io.vitrail.transformer.kernels.StepLoops;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link StepLoops} by the JDK's vectors, of the width that the CPU has. On a Zen 4 two threads read 33 GB/s in four places each that
 * are far apart, 23 to 28 row after row, and 13 in four rows side by side, which are too short for the CPU to read ahead.
 */
public final class VectorLoops implements StepLoops {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final int BLOCK = 16; // numbers that lie together, of weights that share a number

    /**
     * Made once, by {@link StepLoops#available}. Every loop is tried, for a later JDK's module may lack a method.
     *
     * @throws UnsupportedOperationException if the CPU's vectors are of no use, or give something else than Java's numbers
     */
    public VectorLoops() {
        boolean old = System.getProperty("os.arch").equals("amd64") && LANES < 8; // it multiplies and adds in two steps
        if (old || INTS.length() != LANES || LANES > BLOCK || BLOCK % LANES != 0 || !computesRightly()) {
            throw new UnsupportedOperationException("Vectors of " + LANES + " numbers.");
        }
    }

    private boolean computesRightly() {
        float[] x = new float[4 * BLOCK];
        Arrays.fill(x, 1f);
        int[] packed = new int[4 * BLOCK];
        Arrays.fill(packed, 0x3f803f80); // 1 and 1 in bfloat16; -128, 63, -128 and 63 in 8 bits
        int[] at = new int[ROWS];
        float[] sums = new float[ROWS];
        dots(x, at, x, sums);
        boolean right = sums[0] == x.length;
        dotsBfloat16(packed, at, x, sums);
        right &= sums[1] == x.length;
        dotsInt8(packed, at, x, sums);
        right &= sums[3] == 2 * BLOCK * (63 - 128);
        mix(new float[] {2}, x.clone(), 0, x);
        right &= x[5] == 2;
        softmax(x, x.length);
        for (Activation activation : Activation.values()) {
            activate(activation, x, 0, x.length);
        }
        return right && !Float.isNaN(x[0]);
    }

    @Override
    public void dots(float[] weights, int[] at, float[] x, float[] sums) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = 0;
        for (; i <= x.length - LANES; i += LANES) {
            FloatVector some = FloatVector.fromArray(FLOATS, x, i);
            a = FloatVector.fromArray(FLOATS, weights, at[0] + i).fma(some, a);
            b = FloatVector.fromArray(FLOATS, weights, at[1] + i).fma(some, b);
            c = FloatVector.fromArray(FLOATS, weights, at[2] + i).fma(some, c);
            d = FloatVector.fromArray(FLOATS, weights, at[3] + i).fma(some, d);
        }
        sum(a, b, c, d, sums);
        for (; i < x.length; i++) {
            for (int row = 0; row < ROWS; row++) {
                sums[row] += weights[at[row] + i] * x[i];
            }
        }
    }

    private static void sum(FloatVector a, FloatVector b, FloatVector c, FloatVector d, float[] sums) {
        sums[0] = a.reduceLanes(VectorOperators.ADD);
        sums[1] = b.reduceLanes(VectorOperators.ADD);
        sums[2] = c.reduceLanes(VectorOperators.ADD);
        sums[3] = d.reduceLanes(VectorOperators.ADD);
    }

    @Override
    public void dotsBfloat16(int[] weights, int[] at, float[] x, float[] sums) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector e = a;
        FloatVector f = a;
        FloatVector g = a;
        FloatVector h = a;
        for (int block = 0; block < x.length; block += 2 * BLOCK) {
            for (int lane = 0; lane < BLOCK; lane += LANES) {
                int i = block / 2 + lane;
                FloatVector low = FloatVector.fromArray(FLOATS, x, block + lane);
                FloatVector high = FloatVector.fromArray(FLOATS, x, block + lane + BLOCK);
                IntVector first = IntVector.fromArray(INTS, weights, at[0] + i);
                IntVector second = IntVector.fromArray(INTS, weights, at[1] + i);
                IntVector third = IntVector.fromArray(INTS, weights, at[2] + i);
                IntVector fourth = IntVector.fromArray(INTS, weights, at[3] + i);
                a = low(first).fma(low, a);
                b = low(second).fma(low, b);
                c = low(third).fma(low, c);
                d = low(fourth).fma(low, d);
                e = high(first).fma(high, e);
                f = high(second).fma(high, f);
                g = high(third).fma(high, g);
                h = high(fourth).fma(high, h);
            }
        }
        sum(a.add(e), b.add(f), c.add(g), d.add(h), sums);
    }

    private static FloatVector low(IntVector pairs) {
        return pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static FloatVector high(IntVector pairs) {
        return pairs.and(0xffff0000).reinterpretAsFloats();
    }

    @Override
    public void dotsInt8(int[] weights, int[] at, float[] x, float[] sums) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int i = 0; i < x.length / 4; i += LANES) {
            int place = 4 * i - 3 * (i & BLOCK - 1);
            IntVector first = IntVector.fromArray(INTS, weights, at[0] + i);
            IntVector second = IntVector.fromArray(INTS, weights, at[1] + i);
            IntVector third = IntVector.fromArray(INTS, weights, at[2] + i);
            IntVector fourth = IntVector.fromArray(INTS, weights, at[3] + i);
            for (int shift = 24; shift >= 0; shift -= 8, place += BLOCK) {
                FloatVector some = FloatVector.fromArray(FLOATS, x, place);
                a = number(first.lanewise(VectorOperators.LSHL, shift)).fma(some, a);
                b = number(second.lanewise(VectorOperators.LSHL, shift)).fma(some, b);
                c = number(third.lanewise(VectorOperators.LSHL, shift)).fma(some, c);
                d = number(fourth.lanewise(VectorOperators.LSHL, shift)).fma(some, d);
            }
        }
        sum(a, b, c, d, sums);
    }

    /** The highest bytes, as signed numbers. */
    private static FloatVector number(IntVector fours) {
        return (FloatVector) fours.lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0);
    }

    @Override
    public void mix(float[] factors, float[] rows, int at, float[] sum) {
        int width = sum.length;
        int i = 0;
        for (; i <= width - 4 * LANES; i += 4 * LANES) {
            FloatVector a = FloatVector.zero(FLOATS);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector d = a;
            for (int row = 0, place = at + i; row < factors.length; row++, place += width) {
                FloatVector factor = FloatVector.broadcast(FLOATS, factors[row]);
                a = FloatVector.fromArray(FLOATS, rows, place).fma(factor, a);
                b = FloatVector.fromArray(FLOATS, rows, place + LANES).fma(factor, b);
                c = FloatVector.fromArray(FLOATS, rows, place + 2 * LANES).fma(factor, c);
                d = FloatVector.fromArray(FLOATS, rows, place + 3 * LANES).fma(factor, d);
            }
            a.intoArray(sum, i);
            b.intoArray(sum, i + LANES);
            c.intoArray(sum, i + 2 * LANES);
            d.intoArray(sum, i + 3 * LANES);
        }
        for (; i <= width - LANES; i += LANES) {
            FloatVector a = FloatVector.zero(FLOATS);
            for (int row = 0, place = at + i; row < factors.length; row++, place += width) {
                a = FloatVector.fromArray(FLOATS, rows, place).fma(FloatVector.broadcast(FLOATS, factors[row]), a);
            }
            a.intoArray(sum, i);
        }
        for (; i < width; i++) {
            float a = 0;
            for (int row = 0, place = at + i; row < factors.length; row++, place += width) {
                a += factors[row] * rows[place];
            }
            sum[i] = a;
        }
    }

    @Override
    public void activate(Activation activation, float[] y, int first, int end) {
        for (int i = VectorActivations.apply(activation, y, first, end); i < end; i++) {
            y[i] = ScalarActivations.of(activation, y[i]);
        }
    }

    @Override
    public void softmax(float[] x, int count) {
        float most = most(x, count);
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
        float share = 1 / sum;
        for (i = 0; i <= count - LANES; i += LANES) {
            FloatVector.fromArray(FLOATS, x, i).mul(share).intoArray(x, i);
        }
        for (; i < count; i++) {
            x[i] *= share;
        }
    }

    private static float most(float[] x, int count) {
        FloatVector some = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            some = some.max(FloatVector.fromArray(FLOATS, x, i));
        }
        float most = some.reduceLanes(VectorOperators.MAX);
        for (; i < count; i++) {
            most = Math.max(most, x[i]);
        }
        return most;
    }
}
