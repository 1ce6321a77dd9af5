package io.vitrail.samples.walkthrough;

import io.vitrail.samples.walkthrough.Table.Beside;
import io.vitrail.samples.walkthrough.Table.Row;
import io.vitrail.samples.walkthrough.Table.Shading;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The walk-through as lines for a terminal, at most 100 columns wide. */
public final class WalkthroughText {
    private static final int COLUMNS = 100;
    private static final int LEAST_CELL = 8;
    private static final String GAP = "  ";
    /** Rising shares of 1; the last is for all above. */
    private static final String SHADES = " ░▒▓█";

    private static final float[] STEPS = {0.1f, 0.2f, 0.35f, 0.6f};

    private WalkthroughText() {}

    /** All lines. */
    public static List<String> lines(Walkthrough walkthrough) {
        List<String> lines = new ArrayList<>();
        lines.add("Self-attention step by step: " + walkthrough.sentence());
        lines.add(walkthrough.pinyin() + ": " + walkthrough.translation());
        lines.add("After Vaswani et al. 2017, \"Attention Is All You Need\" (arXiv 1706.03762).");
        lines.add("");
        for (Word word : walkthrough.words()) {
            lines.add(GAP + Widths.left(word.text(), 6) + Widths.left(word.pinyin(), 8) + word.meaning());
        }
        for (int i = 0; i < walkthrough.steps().size(); i++) {
            lines.addAll(step(i + 1, walkthrough.steps().get(i)));
        }
        return lines;
    }

    private static List<String> step(int number, Step step) {
        List<String> lines = new ArrayList<>();
        String title = number + ". " + step.title();
        lines.addAll(List.of("", "", title, "─".repeat(Widths.of(title))));
        lines.addAll(wrapped(step.text()));
        lines.addAll(List.of("", GAP + GAP + step.equation(), ""));
        lines.add("Source: Vaswani et al. 2017, " + step.source());
        lines.add("Code:   " + String.join(", ", step.code()));
        step.tables().forEach(table -> lines.addAll(table(table)));
        return lines;
    }

    private static List<String> wrapped(String text) {
        List<String> lines = new ArrayList<>();
        String line = "";
        for (String word : text.split(" ")) {
            if (Widths.of(line) + 1 + Widths.of(word) > COLUMNS) {
                lines.add(line);
                line = "";
            }
            line += (line.isEmpty() ? "" : " ") + word;
        }
        lines.add(line);
        return lines;
    }

    private static List<String> table(Table table) {
        Columns columns = Columns.of(table);
        List<String> lines = new ArrayList<>(List.of("", GAP + table.caption(), columns.head()));
        table.rows().forEach(row -> lines.add(columns.line(row.marked() ? "→ " : GAP, row.name(), row.values())));
        table.beside().ifPresent(block -> lines.add(columns.beside(block)));
        return lines;
    }

    /**
     * How a table is laid out.
     *
     * @param names width of the rows' names
     * @param cell width of a number
     */
    private record Columns(Table table, int names, int cell) {
        static Columns of(Table table) {
            Stream<String> blocks = table.beside().filter(block -> isRow(table, block)).map(Beside::block).stream();
            Stream<String> names = Stream.concat(table.rows().stream().map(Row::name), blocks);
            return new Columns(
                    table,
                    names.mapToInt(Widths::of).max().orElse(0),
                    table.columns().stream().mapToInt(Widths::of).reduce(LEAST_CELL, Math::max));
        }

        String head() {
            return GAP
                    + GAP
                    + " ".repeat(names)
                    + table.columns().stream()
                            .map(name -> GAP + Widths.right(name, cell))
                            .collect(Collectors.joining());
        }

        String line(String mark, String name, float[] values) {
            StringBuilder line = new StringBuilder(GAP + mark + Widths.left(name, names));
            for (float value : values) {
                String shade = table.shading() == Shading.SHARES ? " " + shade(value) : "";
                line.append(GAP).append(Widths.right(Figures.of(value) + shade, cell));
            }
            return line.toString().stripTrailing();
        }

        private static char shade(float share) {
            int at = Arrays.binarySearch(STEPS, share);
            return SHADES.charAt(at >= 0 ? at + 1 : -at - 1);
        }

        /** What the block gives: a row where it is one, and otherwise how far all numbers are from the table's. */
        String beside(Beside block) {
            return isRow(table, block)
                    ? line("= ", block.block(), block.values())
                    : GAP + "= " + block.block() + " gives the same; largest difference "
                            + Figures.difference(table.largestDifference());
        }

        private static boolean isRow(Table table, Beside block) {
            return block.values().length == table.columns().size();
        }
    }
}
