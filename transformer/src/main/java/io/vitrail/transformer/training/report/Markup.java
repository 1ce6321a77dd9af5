package io.vitrail.transformer.training.report;

import java.util.Collection;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Pieces of HTML that are well-formed XML, too. */
final class Markup {
    private static final char REPLACEMENT = '\uFFFD';

    private Markup() {}

    /** Text as it may stand in an element or an attribute; what XML can't hold becomes �. */
    static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(character -> {
            switch (character) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(isText(character) ? character : REPLACEMENT);
            }
        });
        return escaped.toString();
    }

    /** XML 1.0, section 2.2, without the control characters that it allows but discourages. */
    private static boolean isText(int character) {
        boolean control = Character.isISOControl(character) && character != '\n' && character != '\t';
        boolean surrogate = character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
        return !control && !surrogate && (character & 0xFFFE) != 0xFFFE;
    }

    /** A name from outside, whose direction of writing doesn't change what stands beside it. */
    static String name(String text) {
        return element("bdi", escaped(text));
    }

    static String element(String name, String content) {
        return "<" + name + ">" + content + "</" + name + ">";
    }

    static <T> String each(Collection<T> items, Function<T, String> html) {
        return items.stream().map(html).collect(Collectors.joining());
    }

    /** A table that scrolls within the page. */
    static String table(String kind, String head, String rows) {
        String top = head.isEmpty() ? "" : "<thead>" + head + "</thead>\n";
        return "<div class=\"scroll\"><table class=\"" + kind + "\">\n" + top + "<tbody>\n" + rows
                + "</tbody></table></div>\n";
    }

    /** Four significant digits; – for what isn't a number. */
    static String number(double value) {
        if (!Double.isFinite(value)) {
            return "–";
        }
        double size = Math.abs(value);
        if (size != 0 && (size < 1e-3 || size >= 1e6)) {
            return String.format(Locale.ROOT, "%.3e", value).replace('-', '−');
        }
        int decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
        return String.format(Locale.ROOT, "%." + decimals + "f", value).replace('-', '−');
    }

    /** A share as percent. */
    static String percent(double share) {
        return Double.isFinite(share) ? String.format(Locale.ROOT, "%.1f %%", 100 * share) : number(share);
    }
}
