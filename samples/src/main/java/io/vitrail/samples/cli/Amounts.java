package io.vitrail.samples.cli;

import java.util.List;
import java.util.Locale;

/** Large amounts for people. */
final class Amounts {
    private static final List<String> UNITS = List.of("bytes", "kB", "MB", "GB");
    private static final double THOUSAND = 1000;

    private Amounts() {}

    /** A number of bytes with three digits or four, in the unit that suits it. */
    static String bytes(long bytes) {
        double number = bytes;
        int unit = 0;
        while (number >= THOUSAND && unit < UNITS.size() - 1) {
            number /= THOUSAND;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", number, UNITS.get(unit));
    }

    /** With commas between thousands. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
