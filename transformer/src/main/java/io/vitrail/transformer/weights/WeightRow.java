package io.vitrail.transformer.weights;

import io.vitrail.transformer.Check;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A row of a weight table, not yet applied to a model.
 *
 * @param number from 1, below the header
 * @param checkpoint the name in the checkpoint, with {@code {base}.}, indices such as {@code {i}}, {@code *} if unused
 * @param block the path of the block or parameter, with the same indices; {@code -} if unused
 * @param part which part of the weight belongs there, if it is fused
 * @param shape of the weight in the model; no axes if unused
 * @param stored its shape in the checkpoint if that is reshaped; otherwise the same as {@code shape}
 * @param note how the weight differs from the plain case
 */
record WeightRow(
        int number, String checkpoint, String block, Part part, ShapeFormula shape, ShapeFormula stored, RowNote note) {
    private static final String BASE = "{base}.";
    private static final String NOTHING = "-";
    private static final String FROM = " from ";
    private static final Pattern SEVERAL = Pattern.compile("\\[(.*?)]");
    private static final Pattern INDEX = Pattern.compile("\\{([a-z])}");

    WeightRow {
        boolean unused = note == RowNote.UNUSED;
        Check.state(unused == block.equals(NOTHING), "Table row %d: exactly an unused row has the block '-'", number);
        Check.state(unused || checkpoint.indexOf('*') < 0, "Table row %d: only an unused row may contain '*'", number);
        Check.state(
                unused || indices(checkpoint).equals(indices(block)),
                "Table row %d: the indices of '%s' and '%s' differ",
                number,
                checkpoint,
                block);
    }

    /**
     * Reads a line such as {@code {base}.pooler | pooler | width, width | optional: some heads have none}: one row, or
     * one for each block of a fused weight.
     */
    static List<WeightRow> parse(int number, String line) {
        String[] cells = Arrays.stream(line.split("\\|", 4)).map(String::strip).toArray(String[]::new);
        Check.state(cells.length >= 3, "Table row %d needs 3 columns or 4: %s", number, line);
        RowNote note = cells.length < 4 ? RowNote.NONE : note(number, cells[3]);
        String[] shapes = (note == RowNote.UNUSED ? ShapeFormula.SCALAR : cells[2]).split(FROM);
        Check.state(
                shapes.length == (note == RowNote.RESHAPED ? 2 : 1),
                "Table row %d: exactly a reshaped row has a shape such as 'tokens, width from 1, tokens, width'",
                number);
        ShapeFormula shape = ShapeFormula.parse(shapes[0]);
        ShapeFormula stored = ShapeFormula.parse(shapes[shapes.length - 1]);
        List<String> blocks = blocks(cells[1]);
        Check.state(
                blocks.size() > 1 == note.isFused(),
                "Table row %d: exactly a fused row has several blocks, such as 'attention.[query, key, value]'",
                number);
        return IntStream.range(0, blocks.size())
                .mapToObj(i ->
                        new WeightRow(number, cells[0], blocks.get(i), new Part(i, blocks.size()), shape, stored, note))
                .toList();
    }

    /** The path of a cell, or the path with each of the names in its brackets. */
    private static List<String> blocks(String cell) {
        Matcher matcher = SEVERAL.matcher(cell);
        return matcher.find()
                ? Arrays.stream(matcher.group(1).split(","))
                        .map(name -> matcher.replaceFirst(Matcher.quoteReplacement(name.strip())))
                        .toList()
                : List.of(cell);
    }

    private static RowNote note(int number, String cell) {
        String[] kindAndReason = cell.split(":", 2);
        String kind = kindAndReason[0].toUpperCase(Locale.ROOT).replace(' ', '_');
        boolean known =
                Arrays.stream(RowNote.values()).anyMatch(note -> note.name().equals(kind));
        boolean reasoned = kindAndReason.length == 2 && !kindAndReason[1].isBlank();
        Check.state(known && reasoned, "Table row %d: '%s' isn't a note, a colon and a reason", number, cell);
        return RowNote.valueOf(kind);
    }

    /** The row of a model that is a part of another. */
    WeightRow under(String prefix) {
        return new WeightRow(number, prefix + "." + checkpoint, block, part, shape, stored, note);
    }

    /** The row for a model that has the described one as a part. */
    WeightRow below(String path) {
        String longer = note == RowNote.UNUSED ? block : path + "." + block;
        return new WeightRow(number, checkpoint, longer, part, shape, stored, note);
    }

    /** The name in a checkpoint whose base model has that prefix, for these values of the indices. */
    String name(String base, Map<String, String> indices) {
        return withIndices(withBase(base), indices);
    }

    /** What the names of weights that this unused row excuses look like. */
    Pattern pattern(String base) {
        String quoted = Pattern.quote(withBase(base)).replace("*", "\\E.*\\Q");
        return Pattern.compile(INDEX.matcher(quoted).replaceAll(Matcher.quoteReplacement("\\E[0-9]+\\Q")));
    }

    private String withBase(String base) {
        return checkpoint.replace(BASE, base.isEmpty() ? "" : base + ".");
    }

    static String withIndices(String text, Map<String, String> indices) {
        if (text.indexOf('{') < 0) {
            return text;
        }
        return INDEX.matcher(text).replaceAll(match -> {
            String value = indices.get(match.group(1));
            Check.state(value != null, "Index %s of '%s' in a weight table has no values", match.group(), text);
            return value;
        });
    }

    /** The letter of a path's segment that is an index; otherwise the empty text. */
    static String index(String segment) {
        Matcher matcher = INDEX.matcher(segment);
        return matcher.matches() ? matcher.group(1) : "";
    }

    private static Set<String> indices(String text) {
        Set<String> found = new TreeSet<>();
        INDEX.matcher(text).results().forEach(match -> found.add(match.group(1)));
        return found;
    }
}
