package io.vitrail.transformer.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The rows of a weight table, read when a model first needs them: a program knows the tables of all models, and loads
 * few models. Thread-safe.
 */
final class TableRows {
    private final Lazy<List<WeightRow>> rows;

    private TableRows(Lazy<List<WeightRow>> rows) {
        this.rows = rows;
    }

    /** Of a text whose first line is a header. */
    static TableRows of(String table) {
        return new TableRows(new Lazy<>(() -> read(table)));
    }

    private static List<WeightRow> read(String table) {
        List<String> lines = table.lines().filter(line -> !line.isBlank()).toList();
        List<WeightRow> rows = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            rows.addAll(WeightRow.parse(i, lines.get(i)));
        }
        return List.copyOf(rows);
    }

    /** Each changed. */
    TableRows each(UnaryOperator<WeightRow> change) {
        return new TableRows(new Lazy<>(() -> all().stream().map(change).toList()));
    }

    /** These, then others. */
    TableRows and(TableRows others) {
        return new TableRows(new Lazy<>(
                () -> Stream.concat(all().stream(), others.all().stream()).toList()));
    }

    /** @throws IllegalStateException if one is malformed; the message says which */
    List<WeightRow> all() {
        return rows.get();
    }
}
