package io.vitrail.transformer.verify;

import java.util.Arrays;

/**
 * How far one computed tensor is from the expected one.
 *
 * @param passed within the tolerance
 * @param difference the largest absolute difference; in reduced precision ‖difference‖ / ‖expected‖
 * @param reason why not, or ""
 */
record Comparison(boolean passed, double difference, String reason) {
    /** |computed − expected| ≤ atol + rtol · |expected| for every element. */
    static Comparison exact(GoldenTensor computed, GoldenTensor expected, GoldenCall call) {
        if (!sameForm(computed, expected)) {
            return form(computed, expected);
        }
        double largest = 0;
        int wrong = 0;
        for (int i = 0; i < expected.size(); i++) {
            double want = expected.value(i);
            double got = computed.value(i);
            if (got == want) {
                continue; // equal infinities, too
            }
            double difference = Math.abs(got - want);
            boolean close = difference <= call.absoluteTolerance() + call.relativeTolerance() * Math.abs(want);
            wrong += close && Double.isFinite(want) ? 0 : 1; // NaN is never close, and nothing but itself to infinity
            largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
        }
        String reason = wrong == 0 ? "" : wrong + " of " + expected.size() + " values differ";
        return new Comparison(wrong == 0, largest, reason);
    }

    /** ‖computed − expected‖ ≤ tolerance · ‖expected‖; whole numbers must be equal. */
    static Comparison reduced(GoldenTensor computed, GoldenTensor expected, GoldenCall call, double tolerance) {
        if (expected.kind() != GoldenTensor.Kind.FLOAT || !sameForm(computed, expected)) {
            return exact(computed, expected, call);
        }
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.size(); i++) {
            double off = computed.value(i) == expected.value(i) ? 0 : computed.value(i) - expected.value(i);
            difference += off * off;
            norm += Double.isInfinite(expected.value(i)) ? 0 : expected.value(i) * expected.value(i);
        }
        double relative = Math.sqrt(difference) / Math.max(Math.sqrt(norm), 1e-12);
        boolean passed = relative <= tolerance; // false for NaN
        String reason = passed ? "" : "‖difference‖ is more than " + tolerance + " ‖expected‖";
        return new Comparison(passed, relative, reason);
    }

    private static boolean sameForm(GoldenTensor computed, GoldenTensor expected) {
        boolean sameKind = (computed.kind() == GoldenTensor.Kind.FLOAT) == (expected.kind() == GoldenTensor.Kind.FLOAT);
        return sameKind && Arrays.equals(computed.shape(), expected.shape());
    }

    private static Comparison form(GoldenTensor computed, GoldenTensor expected) {
        String reason = String.format(
                "is %s %s, expected %s %s",
                computed.kind(), Arrays.toString(computed.shape()), expected.kind(), Arrays.toString(expected.shape()));
        return new Comparison(false, Double.POSITIVE_INFINITY, reason);
    }
}
