package io.vitrail.text.tokenizer.template;

import java.util.Map;

/** Escapes within strings, as Python has them. */
final class Escapes {
    private static final Map<Character, String> SIMPLE = Map.ofEntries(
            Map.entry('n', "\n"),
            Map.entry('t', "\t"),
            Map.entry('r', "\r"),
            Map.entry('a', "\u0007"),
            Map.entry('b', "\b"),
            Map.entry('f', "\f"),
            Map.entry('v', "\u000B"),
            Map.entry('0', "\0"),
            Map.entry('\\', "\\"),
            Map.entry('\'', "'"),
            Map.entry('"', "\""),
            Map.entry('\n', ""));
    private static final Map<Character, Integer> DIGITS = Map.of('x', 2, 'u', 4, 'U', 8);

    private Escapes() {}

    static String decode(String text) {
        StringBuilder decoded = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                decoded.append(c);
                continue;
            }
            char next = text.charAt(++i);
            int digits = DIGITS.getOrDefault(next, 0);
            if (digits > 0) {
                decoded.appendCodePoint(codePoint(text, i + 1, digits));
                i += digits;
            } else {
                decoded.append(SIMPLE.getOrDefault(next, "\\" + next));
            }
        }
        return decoded.toString();
    }

    private static int codePoint(String text, int start, int digits) {
        try {
            int value = Integer.parseInt(text.substring(start, start + digits), 16);
            if (Character.isValidCodePoint(value)) {
                return value;
            }
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            // told below
        }
        throw new TemplateError("a string has a broken escape: \\%s", text.substring(start - 1));
    }
}
