package io.vitrail.text.tokenizer;

import io.vitrail.transformer.Check;
import java.util.Locale;

/** Text as native code and Python see it: by code points, and valid. */
final class UnicodeText {
    /** In UTF-16 units. */
    static final int LONGEST = 1 << 21;

    private UnicodeText() {}

    /**
     * Refuses what isn't Unicode text, or more of it than native code should see at once.
     *
     * @throws IllegalArgumentException if it is null, longer than 2 Mi characters, or holds half a surrogate pair
     */
    static String check(String text) {
        Check.that(text != null, "A text is null.");
        Check.that(
                text.length() <= LONGEST,
                "A text of %d characters is longer than %d. Split it, for example into paragraphs.",
                text.length(),
                LONGEST);
        int broken = loneSurrogate(text);
        Check.that(
                broken < 0,
                "The text isn't valid Unicode: half a surrogate pair at index %d. Decode its source anew, or replace it"
                        + " by U+FFFD.",
                broken);
        return text;
    }

    /** Where half a surrogate pair stands, or -1. */
    static int loneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) {
                continue;
            }
            if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                return i;
            }
            i++;
        }
        return -1;
    }

    /** As Python's str.isspace and {@code \s}. */
    static boolean isSpace(int codePoint) {
        return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint) || codePoint == 0x85;
    }

    /** As Python's str.strip. */
    static String strip(String text) {
        return stripLeft(stripRight(text));
    }

    /** As Python's str.lstrip. */
    static String stripLeft(String text) {
        int start = 0;
        while (start < text.length() && isSpace(text.charAt(start))) { // no space lies beyond the basic plane
            start++;
        }
        return text.substring(start);
    }

    /** As Python's str.rstrip. */
    static String stripRight(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    /** Lower case of every character by itself: a final sigma stays an ordinary one. */
    static void appendLower(int codePoint, StringBuilder out) {
        out.append(Character.toString(codePoint).toLowerCase(Locale.ROOT));
    }
}
