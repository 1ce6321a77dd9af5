package io.vitrail.transformer.vector;

import io.vitrail.transformer.Activation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The activations that decoders have in their wide layers, of several numbers at once; {@link Activation} defines them. Each has
 * its own loop: of one loop for all the JVM's compiler makes objects of the vectors, and it takes six times as long.
 */
final class VectorActivations {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();

    private static final float LOG2_E = 1.44269504f;

    /** Cody and Waite 1980: with few bits, so that products are exact. */
    private static final float LN_2_HIGH = 0.693359375f;

    private static final float LN_2_LOW = -2.12194440e-4f;

    /** 1.5 · 2²³: added to a number, it leaves the nearest whole one in the low bits. */
    private static final float ROUND = 12582912f;

    private VectorActivations() {}

    /**
     * The activation of y's numbers from the first on, in place, of as many as fill vectors.
     *
     * @return the first that is left over
     */
    static int apply(Activation activation, float[] y, int first, int end) {
        int stop = first + (end - first) / LANES * LANES;
        switch (activation) {
            case LINEAR -> {}
            case GELU -> gelu(y, first, stop);
            case GELU_TANH -> geluTanh(y, first, stop);
            case QUICK_GELU -> quickGelu(y, first, stop);
            case RELU -> relu(y, first, stop);
            case RELU_SQUARED -> reluSquared(y, first, stop);
            case SILU -> silu(y, first, stop);
            case TANH -> tanh(y, first, stop);
            case SIGMOID -> sigmoid(y, first, stop);
            case CLIPPED_GELU, RELU6, LEAKY_RELU, MISH, LAPLACE -> {
                return first;
            }
        }
        return stop;
    }

    private static FloatVector at(float[] y, int i) {
        return FloatVector.fromArray(FLOATS, y, i);
    }

    private static void gelu(float[] y, int first, int stop) {
        for (int i = first; i < stop; i += LANES) {
            FloatVector x = at(y, i);
            x.mul(0.5f).mul(erf(x.mul(0.70710678f)).add(1f)).intoArray(y, i);
        }
    }

    private static void geluTanh(float[] y, int first, int stop) {
        for (int i = first; i < stop; i += LANES) {
            FloatVector x = at(y, i);
            FloatVector z = x.mul(x).mul(0.044715f).add(1f).mul(x).mul(1.5957691f);
            x.mul(sigmoid(z)).intoArray(y, i); // (1 + tanh(z / 2)) / 2 = sigmoid(z)
        }
    }

    private static void quickGelu(float[] y, int first, int stop) {
        for (int i = first; i < stop; i += LANES) {
            FloatVector x = at(y, i);
            x.mul(sigmoid(x.mul(1.702f))).intoArray(y, i);
        }
    }

    private static void relu(float[] y, int first, int stop) {
        for (int i = first; i < stop; i += LANES) {
            at(y, i).max(0f).intoArray(y, i);
        }
    }

    private static void reluSquared(float[] y, int first, int stop) {
        for (int i = first; i < stop; i += LANES) {
            FloatVector x = at(y, i).max(0f);
            x.mul(x).intoArray(y, i);
        }
    }

    private static void silu(float[] y, int first, int stop) {
        for (int i = first; i < stop; i += LANES) {
            FloatVector x = at(y, i);
            x.mul(sigmoid(x)).intoArray(y, i);
        }
    }

    private static void tanh(float[] y, int first, int stop) {
        for (int i = first; i < stop; i += LANES) {
            sigmoid(at(y, i).mul(2f)).mul(2f).sub(1f).intoArray(y, i);
        }
    }

    private static void sigmoid(float[] y, int first, int stop) {
        for (int i = first; i < stop; i += LANES) {
            sigmoid(at(y, i)).intoArray(y, i);
        }
    }

    private static FloatVector sigmoid(FloatVector y) {
        return y.broadcast(1f).div(exp(y.neg()).add(1f));
    }

    /** 1 − (a₁t + … + a₅t⁵) e^(−z²) with t = 1 / (1 + pz), within 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26). */
    private static FloatVector erf(FloatVector y) {
        FloatVector z = y.abs();
        FloatVector t = y.broadcast(1f).div(z.mul(0.3275911f).add(1f));
        FloatVector sum = t.mul(1.061405429f).add(-1.453152027f);
        sum = sum.fma(t, y.broadcast(1.421413741f));
        sum = sum.fma(t, y.broadcast(-0.284496736f));
        sum = sum.fma(t, y.broadcast(0.254829592f)).mul(t);
        FloatVector of = y.broadcast(1f).sub(sum.mul(exp(z.mul(z).neg())));
        return of.blend(of.neg(), y.lt(0f));
    }

    /**
     * 2ⁿ e^r with r = x − n ln 2 between ±ln 2 / 2, where a polynomial of the sixth degree is exact to the last bit or two. Two
     * factors make up 2ⁿ, so that the result may be smaller than the smallest normal number, or infinite.
     */
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.max(-104f).min(89f);
        FloatVector shifted = bounded.mul(LOG2_E).add(ROUND);
        FloatVector whole = shifted.sub(ROUND);
        FloatVector r = whole.fma(x.broadcast(-LN_2_HIGH), bounded);
        r = whole.fma(x.broadcast(-LN_2_LOW), r);
        FloatVector sum = r.mul(1.9875691500e-4f).add(1.3981999507e-3f);
        sum = sum.fma(r, x.broadcast(8.3334519073e-3f));
        sum = sum.fma(r, x.broadcast(4.1665795894e-2f));
        sum = sum.fma(r, x.broadcast(1.6666665459e-1f));
        sum = sum.fma(r, x.broadcast(5.0000001201e-1f));
        FloatVector power = sum.fma(r.mul(r), r.add(1f));
        IntVector n = shifted.reinterpretAsInts().sub(Float.floatToIntBits(ROUND));
        IntVector half = n.lanewise(VectorOperators.ASHR, 1);
        return power.mul(powerOfTwo(half)).mul(powerOfTwo(n.sub(half)));
    }

    private static FloatVector powerOfTwo(IntVector n) {
        return n.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    }
}
