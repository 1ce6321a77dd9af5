package io.vitrail.text.generation;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Texts that end a sequence as soon as its last token completes one of them; the token may go on behind it, and the text may begin
 * in the prompt.
 *
 * @param texts what to look for
 * @param decoder makes text of ids, special tokens included
 */
record StopStrings(List<String> texts, Function<long[], String> decoder) {
    /** Most tokens of a character, where it is written in bytes. */
    private static final int BYTES = 4;

    /** Whether there is one at the end, and wasn't before the last token came. */
    boolean endWith(History history) {
        if (texts.isEmpty()) {
            return false;
        }
        int longest = texts.stream().mapToInt(String::length).max().orElseThrow();
        long[] ids = history.last(longest * BYTES + 2); // a decoder may treat the first one as a text's beginning
        String text = decoder.apply(ids);
        int known = sameBeginning(text, decoder.apply(Arrays.copyOf(ids, ids.length - 1)));
        return texts.stream().anyMatch(stop -> text.indexOf(stop, Math.max(known - stop.length() + 1, 0)) >= 0);
    }

    private static int sameBeginning(String text, String other) {
        int length = 0;
        while (length < Math.min(text.length(), other.length()) && text.charAt(length) == other.charAt(length)) {
            length++;
        }
        return length;
    }
}
