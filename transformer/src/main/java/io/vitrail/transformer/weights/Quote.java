package io.vitrail.transformer.weights;

/** Names from untrusted files, made fit for one line of an error message: quoted, short, without control characters. */
final class Quote {
    private static final int LONGEST = 120;

    private Quote() {}

    static String of(String name) {
        return "'" + line(name) + "'";
    }

    /** The same without quotes. */
    static String line(String text) {
        String line = text.replaceAll("\\p{C}", "?");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }
}
