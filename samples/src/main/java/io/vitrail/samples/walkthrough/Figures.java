package io.vitrail.samples.walkthrough;

import io.vitrail.transformer.AttentionMask;
import java.util.Locale;

/** How a number is written. */
final class Figures {
    private Figures() {}

    /** Three decimals; −∞ for what a mask hides. */
    static String of(float value) {
        if (value <= AttentionMask.HIDDEN / 2) {
            return "−∞";
        }
        String digits = String.format(Locale.ROOT, "%.3f", value);
        return digits.equals("-0.000") ? "0.000" : digits;
    }

    /** A largest difference between two computations of the same. */
    static String difference(double value) {
        return value == 0 ? "0" : String.format(Locale.ROOT, "%.0e", value);
    }
}
