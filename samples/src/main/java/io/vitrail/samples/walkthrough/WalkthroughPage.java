package io.vitrail.samples.walkthrough;

import io.vitrail.samples.walkthrough.Table.Beside;
import io.vitrail.samples.walkthrough.Table.Row;
import io.vitrail.samples.walkthrough.Table.Shading;
import io.vitrail.transformer.Check;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The walk-through as a page that needs no network, no script and no other file. It is well-formed XML, too.
 *
 * @param walkthrough its contents
 */
public record WalkthroughPage(Walkthrough walkthrough) {
    /** From this share on, text on its colour has the page's colour; on a dark page from the lower one. */
    private static final double STRONG = 0.7;

    private static final double STRONG_IN_THE_DARK = 0.57;

    /** The page. */
    public String html() {
        return template()
                .replace("{{sentence}}", escaped(walkthrough.sentence()))
                .replace("{{pinyin}}", escaped(walkthrough.pinyin()))
                .replace("{{translation}}", escaped(walkthrough.translation()))
                .replace("{{words}}", each(walkthrough.words(), WalkthroughPage::word))
                .replace("{{contents}}", numbered(walkthrough.steps(), WalkthroughPage::entry))
                .replace("{{steps}}", numbered(walkthrough.steps(), WalkthroughPage::step));
    }

    private static String template() {
        try (InputStream in = WalkthroughPage.class.getResourceAsStream("page.html")) {
            Check.state(in != null, "The page's template isn't in the jar.");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String word(Word word) {
        return element(
                "li",
                "<b lang=\"zh\">" + escaped(word.text()) + "</b> <i>" + escaped(word.pinyin()) + "</i> "
                        + element("span", escaped(word.meaning())));
    }

    private static String entry(int number, Step step) {
        return element("li", "<a href=\"#step-" + number + "\">" + prose(step.title()) + "</a>");
    }

    private static String step(int number, Step step) {
        String code =
                step.code().stream().map(name -> element("code", escaped(name))).collect(Collectors.joining(", "));
        return "<section id=\"step-" + number + "\">\n<h2><span>" + number + "</span> " + prose(step.title())
                + "</h2>\n"
                + element("p", prose(step.text())) + "\n"
                + "<div class=\"equation\">" + equation(step.equation()) + "</div>\n"
                + "<p class=\"source\">Vaswani et al. 2017, " + escaped(step.source()) + ". In the code: " + code
                + "</p>\n<div class=\"tables\">\n" + each(step.tables(), WalkthroughPage::table)
                + "</div>\n</section>";
    }

    private static String table(Table table) {
        String head =
                "<tr><td></td>" + each(table.columns(), name -> "<th scope=\"col\">" + prose(name) + "</th>") + "</tr>";
        return "<div><table>\n<caption>" + prose(table.caption()) + "</caption>\n<thead>" + head + "</thead>\n<tbody>\n"
                + each(table.rows(), row -> row(table, row, row.marked() ? " class=\"marked\"" : ""))
                + table.beside().map(block -> beside(table, block)).orElse("") + "</tbody>\n</table></div>\n";
    }

    private static String row(Table table, Row row, String attributes) {
        String cells = IntStream.range(0, row.values().length)
                .mapToObj(i -> cell(row.values()[i], table.shading()))
                .collect(Collectors.joining());
        return "<tr" + attributes + "><th scope=\"row\">" + prose(row.name()) + "</th>" + cells + "</tr>\n";
    }

    private static String cell(float value, Shading shading) {
        String text = Figures.of(value).replace('-', '−');
        if (shading == Shading.NONE) {
            return element("td", text);
        }
        String strong = value > STRONG ? " strong" : value > STRONG_IN_THE_DARK ? " middling" : "";
        return String.format(
                Locale.ROOT, "<td class=\"share%s\" style=\"--share: %.1f%%\">%s</td>", strong, 100 * value, text);
    }

    /** What the block gives: a row where it is one, and otherwise how far all numbers are from the table's. */
    private static String beside(Table table, Beside block) {
        int columns = table.columns().size();
        if (block.values().length == columns) {
            return row(table, new Row(block.block(), block.values(), false), " class=\"block\"");
        }
        return "<tr class=\"block\"><td colspan=\"" + (columns + 1) + "\">" + escaped(block.block())
                + " gives the same; largest difference " + Figures.difference(table.largestDifference())
                + "</td></tr>\n";
    }

    private static <T> String each(List<T> items, Function<T, String> html) {
        return items.stream().map(html).collect(Collectors.joining());
    }

    /** What makes markup of an item and its number, from 1. */
    @FunctionalInterface
    private interface Numbered<T> {
        String of(int number, T item);
    }

    private static <T> String numbered(List<T> items, Numbered<T> html) {
        return IntStream.range(0, items.size())
                .mapToObj(i -> html.of(i + 1, items.get(i)))
                .collect(Collectors.joining("\n"));
    }

    private static String element(String name, String content) {
        return "<" + name + ">" + content + "</" + name + ">";
    }

    /** Text whose Chinese characters are marked as such, so that a browser takes a Chinese font for them. */
    private static String prose(String text) {
        return equation(text).replaceAll("\\p{IsHan}+", "<span lang=\"zh\">$0</span>");
    }

    /** Text in which Wq is W with a raised Q, as the paper has it. */
    private static String equation(String text) {
        return Pattern.compile("\\bW([qkvo])\\b")
                .matcher(escaped(text))
                .replaceAll(found -> "W<sup>" + found.group(1).toUpperCase(Locale.ROOT) + "</sup>");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /**
     * Writes the page; an existing file is replaced.
     *
     * @throws UncheckedIOException if it can't be written
     */
    public void save(Path file) {
        try {
            Files.writeString(file, html());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    file + " can't be written: " + e + "\n  try:  a file in a folder of yours.", e);
        }
    }
}
