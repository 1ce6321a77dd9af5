package io.vitrail.samples.walkthrough;

import java.lang.Character.UnicodeScript;
import java.util.Set;

/** How many columns of a terminal a text takes: Chinese characters take two, combining marks none. */
final class Widths {
    private static final Set<UnicodeScript> WIDE =
            Set.of(UnicodeScript.HAN, UnicodeScript.HIRAGANA, UnicodeScript.KATAKANA, UnicodeScript.HANGUL);

    private Widths() {}

    static int of(String text) {
        return text.codePoints().map(Widths::of).sum();
    }

    private static int of(int codePoint) {
        int type = Character.getType(codePoint);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        boolean punctuation = codePoint >= 0x3000 && codePoint <= 0x303F || codePoint >= 0xFF01 && codePoint <= 0xFF60;
        return punctuation || WIDE.contains(UnicodeScript.of(codePoint)) ? 2 : 1;
    }

    /** The text with spaces behind it, up to so many columns. */
    static String left(String text, int columns) {
        return text + " ".repeat(Math.max(0, columns - of(text)));
    }

    /** The text with spaces before it, up to so many columns. */
    static String right(String text, int columns) {
        return " ".repeat(Math.max(0, columns - of(text))) + text;
    }
}
