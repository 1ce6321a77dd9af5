package io.vitrail.samples.walkthrough;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Check;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Numbers under names, and what a block gives for the same.
 *
 * @param caption what they are
 * @param columns their names
 * @param rows one below the other
 * @param shading whether cells are coloured
 * @param beside the block's numbers, of the last row, or of all rows
 */
public record Table(String caption, List<String> columns, List<Row> rows, Shading shading, Optional<Beside> beside) {
    /** How cells are coloured. */
    public enum Shading {
        NONE,
        /** By their value, from 0 to 1. */
        SHARES
    }

    /**
     * A line of numbers.
     *
     * @param values one for each column; treat it as read-only
     * @param marked whether to point it out
     */
    public record Row(String name, float[] values, boolean marked) {}

    /**
     * What a block computes.
     *
     * @param block its name
     * @param values row by row; treat it as read-only
     */
    public record Beside(String block, float[] values) {}

    public Table {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
        int width = columns.size();
        int numbers = rows.size() * width;
        for (Row row : rows) {
            int count = row.values().length;
            Check.that(count == width, "Row '%s' has %d values for %d columns.", row.name(), count, width);
        }
        beside.ifPresent(block -> Check.that(
                block.values().length == width || block.values().length == numbers,
                "%s gives %d numbers, neither a row of %d nor all %d.",
                block.block(),
                block.values().length,
                width,
                numbers));
    }

    /** The rows of a matrix, [rows, columns] or [1, rows, columns], that have these names. */
    static Table of(String caption, List<String> columns, List<String> names, NDArray values) {
        float[] all = values.toFloatArray();
        Check.that(
                all.length == names.size() * columns.size(),
                "%s: %d numbers are no %d rows of %d.",
                caption,
                all.length,
                names.size(),
                columns.size());
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            float[] row = Arrays.copyOfRange(all, i * columns.size(), (i + 1) * columns.size());
            rows.add(new Row(names.get(i), row, false));
        }
        return new Table(caption, columns, rows, Shading.NONE, Optional.empty());
    }

    /** With one more line, of so many numbers as there are columns. */
    Table and(String name, NDArray values) {
        List<Row> more = new ArrayList<>(rows);
        more.add(new Row(name, values.toFloatArray(), false));
        return new Table(caption, columns, more, shading, beside);
    }

    /** With a row pointed out. */
    Table marking(String name) {
        List<Row> marked = rows.stream()
                .map(row -> new Row(
                        row.name(), row.values(), row.marked() || row.name().equals(name)))
                .toList();
        return new Table(caption, columns, marked, shading, beside);
    }

    /** With colours for shares of 1. */
    Table shaded() {
        return new Table(caption, columns, rows, Shading.SHARES, beside);
    }

    /** With what a block gives for the last row, or for all. */
    Table beside(String block, NDArray values) {
        Beside given = new Beside(block, values.toFloatArray());
        return new Table(caption, columns, rows, shading, Optional.of(given));
    }

    /** The largest difference to the block's numbers; 0 without any. */
    public double largestDifference() {
        if (beside.isEmpty()) {
            return 0;
        }
        float[] given = beside.get().values();
        int first = rows.size() - given.length / columns.size();
        double largest = 0;
        for (int i = 0; i < given.length; i++) {
            float ours = rows.get(first + i / columns.size()).values()[i % columns.size()];
            largest = Math.max(largest, Math.abs((double) ours - given[i]));
        }
        return largest;
    }
}
