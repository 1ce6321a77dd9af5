package io.vitrail.text.training;

import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.training.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Texts with their classes, to learn from and to be measured by. They come from files of records, CSV, TSV or JSON lines:
 * {@code text}, perhaps {@code text_pair}, and {@code label}; or, where a text has any number of classes, {@code labels}, a
 * list in JSON and names between {@code |} in tables.
 *
 * @param labels names of the classes; sorted as they are read
 * @param training the texts to learn from
 * @param evaluation the texts to measure by; may be none
 */
public record LabelledTexts(List<String> labels, Kind kind, List<Example> training, List<Example> evaluation) {
    private static final int MOST_CLASSES = 10_000;
    private static final String TEXT = "text";
    private static final String PAIR = "text_pair";
    private static final String LABEL = "label";
    private static final String LABELS = "labels";

    /** How many classes a text has. */
    public enum Kind {
        /** One. */
        SINGLE_LABEL,
        /** None, one or several. */
        MULTI_LABEL;

        /** As config.json names it. */
        String problem() {
            return this == SINGLE_LABEL ? "single_label_classification" : "multi_label_classification";
        }
    }

    /** A text, or a pair of them, with the names of its classes. */
    public record Example(TokenizerInput text, List<String> labels) {
        public Example {
            labels = List.copyOf(labels);
        }
    }

    public LabelledTexts {
        labels = List.copyOf(labels);
        training = List.copyOf(training);
        evaluation = List.copyOf(evaluation);
        int least = kind == Kind.SINGLE_LABEL ? 2 : 1;
        Check.that(
                labels.size() >= least && labels.size() <= MOST_CLASSES,
                "There must be %d to %d classes, not %d.",
                least,
                MOST_CLASSES,
                labels.size());
        Check.that(!training.isEmpty(), "There is no text to learn from.");
        Set<String> names = new HashSet<>();
        for (String label : labels) {
            Check.that(!label.isBlank(), "A class has no name: its label is '%s'.", label);
            Check.that(names.add(label), "Two classes have the label '%s'.", label);
        }
        Stream.concat(training.stream(), evaluation.stream()).forEach(example -> check(example, kind, names));
    }

    private static void check(Example example, Kind kind, Set<String> names) {
        List<String> its = example.labels;
        String text = example.text.text();
        Check.that(names.containsAll(its), "A text has labels that no class has: %s of '%s'.", its, text);
        boolean fits = kind == Kind.MULTI_LABEL || its.size() == 1;
        Check.that(fits, "A text must have one class, not %d: '%s'.", its.size(), text);
    }

    /**
     * The texts of a file.
     *
     * @param heldOut the fraction that is held out to measure by: of each class, where a text has one; at least one text of a
     *     class that has several, and never all of it; none if it is 0
     * @throws IllegalArgumentException if the file can't be read or a record is wrong; the message names file and line
     */
    public static LabelledTexts read(Path file, double heldOut, long seed) {
        Check.that(heldOut >= 0 && heldOut < 1, "The held-out fraction must be in [0, 1), not %s.", heldOut);
        List<RecordFile.Entry> entries = RecordFile.read(file);
        Kind kind = kind(entries, file);
        List<Example> all = examples(entries, kind);
        List<Example> training = new ArrayList<>();
        List<Example> evaluation = new ArrayList<>();
        int group = 0;
        for (List<Example> its : groups(all, kind)) {
            Collections.shuffle(its, new Random(Seeds.random(seed, 0, group++).nextLong()));
            int least = heldOut > 0 ? 1 : 0;
            int held = Math.min(its.size() - 1, Math.max(least, (int) Math.round(heldOut * its.size())));
            evaluation.addAll(its.subList(0, held));
            training.addAll(its.subList(held, its.size()));
        }
        return new LabelledTexts(labels(all), kind, training, evaluation);
    }

    /**
     * The texts of one file to learn from, and those of another to measure by.
     *
     * @throws IllegalArgumentException if a file can't be read, a record is wrong, or the second has other classes
     */
    public static LabelledTexts read(Path file, Path evaluation) {
        List<RecordFile.Entry> entries = RecordFile.read(file);
        Kind kind = kind(entries, file);
        List<Example> training = examples(entries, kind);
        List<String> labels = labels(training);
        Set<String> known = Set.copyOf(labels);
        List<RecordFile.Entry> measured = RecordFile.read(evaluation);
        for (RecordFile.Entry entry : measured) {
            for (String label : example(entry, kind).labels()) {
                if (!known.contains(label)) {
                    throw entry.wrong(
                            "The label '" + label + "' isn't among those that are learned", "use " + labels + ".");
                }
            }
        }
        return new LabelledTexts(labels, kind, training, examples(measured, kind));
    }

    private static Collection<List<Example>> groups(List<Example> all, Kind kind) {
        Function<Example, String> key = example -> kind == Kind.SINGLE_LABEL ? example.labels.get(0) : "";
        Map<String, List<Example>> groups = all.stream()
                .collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toCollection(ArrayList::new)));
        return groups.values();
    }

    private static List<String> labels(List<Example> examples) {
        return List.copyOf(examples.stream()
                .flatMap(example -> example.labels.stream())
                .collect(Collectors.toCollection(TreeSet::new)));
    }

    private static Kind kind(List<RecordFile.Entry> entries, Path file) {
        Check.that(!entries.isEmpty(), "'%s' holds no records.%n  try:  texts with labels, one record each.", file);
        return entries.stream().anyMatch(entry -> entry.has(LABELS)) ? Kind.MULTI_LABEL : Kind.SINGLE_LABEL;
    }

    private static List<Example> examples(List<RecordFile.Entry> entries, Kind kind) {
        return entries.stream().map(entry -> example(entry, kind)).toList();
    }

    private static Example example(RecordFile.Entry entry, Kind kind) {
        String text = entry.required(TEXT);
        List<String> labels = kind == Kind.SINGLE_LABEL
                ? List.of(entry.required(LABEL).strip())
                : several(entry).map(String::strip).distinct().toList();
        if (labels.contains("")) {
            throw entry.wrong("The label is empty", "name the text's class.");
        }
        try {
            return new Example(new TokenizerInput(text, entry.text(PAIR)), labels);
        } catch (IllegalArgumentException e) {
            throw entry.wrong(e.getMessage(), "correct the text.");
        }
    }

    private static Stream<String> several(RecordFile.Entry entry) {
        if (!entry.has(LABELS)) {
            throw entry.wrong("There is no 'labels', which other records have", "give it; it may be empty.");
        }
        Stream<String> given = entry.list(LABELS).stream();
        return entry.isOfTable()
                ? given.filter(all -> !all.isBlank()).flatMap(all -> Arrays.stream(all.split("\\|", -1)))
                : given;
    }
}
