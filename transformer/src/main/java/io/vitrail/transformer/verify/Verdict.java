package io.vitrail.transformer.verify;

import java.util.List;

/**
 * The outcome of one call on one path.
 *
 * @param where family/case and call
 * @param path the operations, or "" where they don't matter
 * @param passed whether every output and value was as expected
 * @param difference the largest over all outputs
 * @param failures what was wrong, one entry an output
 */
public record Verdict(String where, String path, boolean passed, double difference, List<String> failures) {
    private static final int LONGEST_REASON = 400;

    /** A call that could not be carried out. */
    public static Verdict failed(String where, String path, Throwable e) {
        String reason = (e.getClass().getSimpleName() + ": " + e.getMessage()).replaceAll("\\s*\\R\\s*", " ");
        String brief = reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON) + "…";
        return new Verdict(where, path, false, Double.POSITIVE_INFINITY, List.of(brief));
    }

    /** As one line of a report. */
    public String line() {
        String what = path.isEmpty() ? where : where + " (" + path + ")";
        String worst = String.format(java.util.Locale.ROOT, "largest difference %.2e", difference);
        return passed
                ? "ok   " + what + ": " + worst
                : "FAIL " + what + ": " + worst + "; " + String.join("; ", failures);
    }
}
