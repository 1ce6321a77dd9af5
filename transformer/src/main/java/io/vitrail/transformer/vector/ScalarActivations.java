package io.vitrail.transformer.vector;

import io.vitrail.transformer.Activation;

/** Activations of one number: those that few models have, and what is left over where several are computed at once. */
final class ScalarActivations {
    private ScalarActivations() {}

    static float of(Activation activation, float y) {
        return (float)
                switch (activation) {
                    case LINEAR -> y;
                    case GELU -> gelu(y);
                    case GELU_TANH -> 0.5 * y * (1 + Math.tanh(0.7978845608 * (y + 0.044715 * y * y * y)));
                    case QUICK_GELU -> y * sigmoid(1.702 * y);
                    case CLIPPED_GELU -> Math.max(-10, Math.min(10, gelu(y)));
                    case RELU -> Math.max(0, y);
                    case RELU_SQUARED -> Math.max(0, y) * Math.max(0, y);
                    case RELU6 -> Math.max(0, Math.min(6, y));
                    case LEAKY_RELU -> y < 0 ? 0.01 * y : y;
                    case SILU -> y * sigmoid(y);
                    case MISH -> y * Math.tanh(softplus(y));
                    case TANH -> Math.tanh(y);
                    case SIGMOID -> sigmoid(y);
                    case LAPLACE -> 0.5 * (1 + erf((y - 0.707107) / 0.3989426));
                };
    }

    private static double softplus(double y) {
        return y > 20 ? y : Math.log1p(Math.exp(y));
    }

    private static double sigmoid(double y) {
        return 1 / (1 + Math.exp(-y));
    }

    private static double gelu(double y) {
        return 0.5 * y * (1 + erf(y * Math.sqrt(0.5)));
    }

    /** Within 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26). */
    private static double erf(double y) {
        double z = Math.abs(y);
        double t = 1 / (1 + 0.3275911 * z);
        double sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
        return Math.copySign(1 - sum * Math.exp(-z * z), y);
    }
}
