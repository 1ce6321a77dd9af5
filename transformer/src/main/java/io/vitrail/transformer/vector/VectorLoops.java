package io.vitrail.transformer.vector;

import io.vitrail.transformer.Activation;
import io.vitrail.transformer.kernels.StepLoops;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link StepLoops} by the JDK's vectors, of the width that the CPU has. On a Zen 4 the loops of weights read 85 to 97 % of what the
 * memory gives, for it is read in its order; lanes are outputs, so that nothing is summed across them.
 */
public final class VectorLoops implements StepLoops {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();

    /**
     * Made once, by {@link StepLoops#available}. Every loop is tried, for a later JDK's module may lack a method.
     *
     * @throws UnsupportedOperationException if the CPU's vectors are of no use, or give something else than Java's numbers
     */
    public VectorLoops() {
        boolean old = System.getProperty("os.arch").equals("amd64") && LANES < 8; // it multiplies and adds in two steps
        if (old || INTS.length() != LANES || !computesRightly()) {
            throw new UnsupportedOperationException("Vectors of " + LANES + " numbers.");
        }
    }

    private boolean computesRightly() {
        float[] x = new float[8 * LANES];
        Arrays.fill(x, 1f);
        float[] four = {1, 1, 1, 1};
        int[] packed = new int[4 * LANES];
        Arrays.fill(packed, 0x3f803f80); // 1 and 1 in bfloat16; -128, 63, -128 and 63 in 8 bits
        float[] sums = new float[4 * LANES];
        dots(x, new int[ROWS], x, sums);
        boolean right = sums[3] == x.length;
        sums(x, 0, four, sums);
        right &= sums[2 * LANES - 1] == 4;
        sumsBfloat16(packed, 0, four, sums);
        right &= sums[0] == 4 && sums[LANES] == 4;
        sumsInt8(packed, 0, four, sums);
        right &= sums[0] == 4 * -128 && sums[4 * LANES - 1] == 4 * 63;
        mix(new float[] {2}, x.clone(), 0, x);
        right &= x[5] == 2;
        softmax(x, x.length);
        for (Activation activation : Activation.values()) {
            activate(activation, x, 0, x.length);
        }
        return right && !Float.isNaN(x[0]);
    }

    @Override
    public void dots(float[] rows, int[] at, float[] x, float[] sums) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = 0;
        for (; i <= x.length - LANES; i += LANES) {
            FloatVector some = FloatVector.fromArray(FLOATS, x, i);
            a = FloatVector.fromArray(FLOATS, rows, at[0] + i).fma(some, a);
            b = FloatVector.fromArray(FLOATS, rows, at[1] + i).fma(some, b);
            c = FloatVector.fromArray(FLOATS, rows, at[2] + i).fma(some, c);
            d = FloatVector.fromArray(FLOATS, rows, at[3] + i).fma(some, d);
        }
        sums[0] = a.reduceLanes(VectorOperators.ADD);
        sums[1] = b.reduceLanes(VectorOperators.ADD);
        sums[2] = c.reduceLanes(VectorOperators.ADD);
        sums[3] = d.reduceLanes(VectorOperators.ADD);
        for (; i < x.length; i++) {
            for (int row = 0; row < ROWS; row++) {
                sums[row] += rows[at[row] + i] * x[i];
            }
        }
    }

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public void sums(float[] weights, int at, float[] x, float[] sums) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector e = a;
        FloatVector f = a;
        FloatVector g = a;
        FloatVector h = a;
        int i = 0;
        int place = at;
        for (; i <= x.length - 4; i += 4, place += 8 * LANES) {
            FloatVector first = FloatVector.broadcast(FLOATS, x[i]);
            FloatVector second = FloatVector.broadcast(FLOATS, x[i + 1]);
            FloatVector third = FloatVector.broadcast(FLOATS, x[i + 2]);
            FloatVector fourth = FloatVector.broadcast(FLOATS, x[i + 3]);
            a = FloatVector.fromArray(FLOATS, weights, place).fma(first, a);
            b = FloatVector.fromArray(FLOATS, weights, place + LANES).fma(first, b);
            c = FloatVector.fromArray(FLOATS, weights, place + 2 * LANES).fma(second, c);
            d = FloatVector.fromArray(FLOATS, weights, place + 3 * LANES).fma(second, d);
            e = FloatVector.fromArray(FLOATS, weights, place + 4 * LANES).fma(third, e);
            f = FloatVector.fromArray(FLOATS, weights, place + 5 * LANES).fma(third, f);
            g = FloatVector.fromArray(FLOATS, weights, place + 6 * LANES).fma(fourth, g);
            h = FloatVector.fromArray(FLOATS, weights, place + 7 * LANES).fma(fourth, h);
        }
        for (; i < x.length; i++, place += 2 * LANES) {
            FloatVector one = FloatVector.broadcast(FLOATS, x[i]);
            a = FloatVector.fromArray(FLOATS, weights, place).fma(one, a);
            b = FloatVector.fromArray(FLOATS, weights, place + LANES).fma(one, b);
        }
        a.add(c).add(e.add(g)).intoArray(sums, 0);
        b.add(d).add(f.add(h)).intoArray(sums, LANES);
    }

    @Override
    public void sumsBfloat16(int[] weights, int at, float[] x, float[] sums) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector e = a;
        FloatVector f = a;
        FloatVector g = a;
        FloatVector h = a;
        int i = 0;
        int place = at;
        for (; i <= x.length - 4; i += 4, place += 4 * LANES) {
            FloatVector first = FloatVector.broadcast(FLOATS, x[i]);
            FloatVector second = FloatVector.broadcast(FLOATS, x[i + 1]);
            FloatVector third = FloatVector.broadcast(FLOATS, x[i + 2]);
            FloatVector fourth = FloatVector.broadcast(FLOATS, x[i + 3]);
            IntVector pairs = IntVector.fromArray(INTS, weights, place);
            a = low(pairs).fma(first, a);
            b = high(pairs).fma(first, b);
            pairs = IntVector.fromArray(INTS, weights, place + LANES);
            c = low(pairs).fma(second, c);
            d = high(pairs).fma(second, d);
            pairs = IntVector.fromArray(INTS, weights, place + 2 * LANES);
            e = low(pairs).fma(third, e);
            f = high(pairs).fma(third, f);
            pairs = IntVector.fromArray(INTS, weights, place + 3 * LANES);
            g = low(pairs).fma(fourth, g);
            h = high(pairs).fma(fourth, h);
        }
        for (; i < x.length; i++, place += LANES) {
            FloatVector one = FloatVector.broadcast(FLOATS, x[i]);
            IntVector pairs = IntVector.fromArray(INTS, weights, place);
            a = low(pairs).fma(one, a);
            b = high(pairs).fma(one, b);
        }
        a.add(c).add(e.add(g)).intoArray(sums, 0);
        b.add(d).add(f.add(h)).intoArray(sums, LANES);
    }

    private static FloatVector low(IntVector pairs) {
        return pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static FloatVector high(IntVector pairs) {
        return pairs.and(0xffff0000).reinterpretAsFloats();
    }

    @Override
    public void sumsInt8(int[] weights, int at, float[] x, float[] sums) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector e = a;
        FloatVector f = a;
        FloatVector g = a;
        FloatVector h = a;
        int i = 0;
        int place = at;
        for (; i <= x.length - 2; i += 2, place += 2 * LANES) {
            FloatVector first = FloatVector.broadcast(FLOATS, x[i]);
            FloatVector second = FloatVector.broadcast(FLOATS, x[i + 1]);
            IntVector fours = IntVector.fromArray(INTS, weights, place);
            a = number(fours.lanewise(VectorOperators.LSHL, 24)).fma(first, a);
            b = number(fours.lanewise(VectorOperators.LSHL, 16)).fma(first, b);
            c = number(fours.lanewise(VectorOperators.LSHL, 8)).fma(first, c);
            d = number(fours).fma(first, d);
            fours = IntVector.fromArray(INTS, weights, place + LANES);
            e = number(fours.lanewise(VectorOperators.LSHL, 24)).fma(second, e);
            f = number(fours.lanewise(VectorOperators.LSHL, 16)).fma(second, f);
            g = number(fours.lanewise(VectorOperators.LSHL, 8)).fma(second, g);
            h = number(fours).fma(second, h);
        }
        for (; i < x.length; i++) { // one, or none
            FloatVector one = FloatVector.broadcast(FLOATS, x[i]);
            IntVector fours = IntVector.fromArray(INTS, weights, place);
            a = number(fours.lanewise(VectorOperators.LSHL, 24)).fma(one, a);
            b = number(fours.lanewise(VectorOperators.LSHL, 16)).fma(one, b);
            c = number(fours.lanewise(VectorOperators.LSHL, 8)).fma(one, c);
            d = number(fours).fma(one, d);
        }
        a.add(e).intoArray(sums, 0);
        b.add(f).intoArray(sums, LANES);
        c.add(g).intoArray(sums, 2 * LANES);
        d.add(h).intoArray(sums, 3 * LANES);
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
