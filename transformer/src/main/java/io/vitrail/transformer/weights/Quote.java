package io.vitrail.transformer.weights;

import java.util.regex.Pattern;

/** Names from untrusted files, made fit for one line of an error message: quoted, short, without control characters. */
final class Quote {
    private static final int LONGEST = 120;
    private static final Pattern CONTROL = Pattern.compile("\\p{C}");

    private Quote() {}

    static String of(String name) {
        return "'" + line(name) + "'";
    }

    /** The same without quotes. */
    static String line(String text) {
        boolean fits = text.length() <= LONGEST; // a stranger's may have millions: they are cut first
        return CONTROL.matcher(fits ? text : text.substring(0, LONGEST)).replaceAll("?") + (fits ? "" : "…");
    }
}
