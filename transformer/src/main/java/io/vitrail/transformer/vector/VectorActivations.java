package io.vitrail.transformer.vector;

import io.vitrail.transformer.Activation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** The activations that decoders have in their wide layers, of several numbers at once; {@link Activation} defines them. */
final class VectorActivations {
    private static final float LOG2_E = 1.44269504f;
    private static final float LN_2_HIGH =
            0.693359375f; // Cody and Waite 1980: with few bits, so that products are exact
    private static final float LN_2_LOW = -2.12194440e-4f;
    private static final float ROUND =
            12582912f; // 1.5 · 2²³: added to a number, it leaves the nearest whole one in the low bits

    private VectorActivations() {}

    static boolean has(Activation activation) {
        return switch (activation) {
            case LINEAR, GELU, GELU_TANH, QUICK_GELU, RELU, RELU_SQUARED, SILU, TANH, SIGMOID -> true;
            case CLIPPED_GELU, RELU6, LEAKY_RELU, MISH, LAPLACE -> false;
        };
    }

    static FloatVector of(Activation activation, FloatVector y) {
        return switch (activation) {
            case GELU -> y.mul(0.5f).mul(erf(y.mul(0.70710678f)).add(1f));
            case GELU_TANH ->
                y.mul(sigmoid(
                        y.mul(y).mul(0.044715f).add(1f).mul(y).mul(1.5957691f))); // (1 + tanh z) / 2 = sigmoid(2z)
            case QUICK_GELU -> y.mul(sigmoid(y.mul(1.702f)));
            case RELU -> y.max(0f);
            case RELU_SQUARED -> y.max(0f).mul(y.max(0f));
            case SILU -> y.mul(sigmoid(y));
            case TANH -> sigmoid(y.mul(2f)).mul(2f).sub(1f);
            case SIGMOID -> sigmoid(y);
            case LINEAR -> y;
            default -> throw new IllegalArgumentException(activation + " isn't computed in vectors.");
        };
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

    /** 2ⁿ e^r with r = x − n ln 2 between ±ln 2 / 2, where a polynomial of the sixth degree is exact to the last bit or two. */
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.max(-87f).min(88f);
        FloatVector shifted = bounded.mul(LOG2_E).add(ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(x.broadcast(-LN_2_HIGH), bounded);
        r = n.fma(x.broadcast(-LN_2_LOW), r);
        FloatVector sum = r.mul(1.9875691500e-4f).add(1.3981999507e-3f);
        sum = sum.fma(r, x.broadcast(8.3334519073e-3f));
        sum = sum.fma(r, x.broadcast(4.1665795894e-2f));
        sum = sum.fma(r, x.broadcast(1.6666665459e-1f));
        sum = sum.fma(r, x.broadcast(5.0000001201e-1f));
        FloatVector power = sum.fma(r.mul(r), r.add(1f));
        IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        FloatVector of = power.reinterpretAsInts().add(exponent).reinterpretAsFloats();
        return of.blend(0f, x.lt(-87f))
                .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, 88f))
                .blend(Float.NaN, x.test(VectorOperators.IS_NAN));
    }
}
