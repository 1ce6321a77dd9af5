package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.training.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Picture files with their classes, to learn from and to be measured by: {@code DIR/<label>/photo.jpg}. Where DIR has a
 * folder {@code train} that holds folders and no pictures, these are the labels', and {@code validation}, {@code val},
 * {@code valid}, {@code dev} or {@code test} beside it holds the pictures to be measured by. Otherwise some of each
 * class are held out, by a seed.
 *
 * @param labels names of the classes, each once; sorted as they are read
 * @param training the pictures to learn from
 * @param evaluation the pictures to measure by; may be none
 */
public record LabelledPictures(List<String> labels, List<Example> training, List<Example> evaluation) {
    private static final List<String> EVALUATED = List.of("validation", "val", "valid", "dev", "test");
    private static final Set<String> ENDINGS = Set.of("jpg", "jpeg", "png", "bmp", "gif", "webp", "tif", "tiff");
    private static final int MOST_CLASSES = 10_000;

    /** A picture file, and the number of its class. */
    public record Example(Path file, int label) {}

    public LabelledPictures {
        labels = List.copyOf(labels);
        training = List.copyOf(training);
        evaluation = List.copyOf(evaluation);
        int classes = labels.size();
        Check.that(classes >= 2, "There must be at least 2 classes, not %d: %s", classes, labels);
        Check.that(
                Set.copyOf(labels).size() == classes && labels.stream().noneMatch(String::isBlank),
                "Each class needs a name of its own, which isn't blank: %s",
                labels);
        Stream.of(training, evaluation)
                .flatMap(List::stream)
                .forEach(example -> Check.that(
                        example.label >= 0 && example.label < classes,
                        "%s: class %d is none of the %d",
                        example.file,
                        example.label,
                        classes));
    }

    /**
     * The pictures of a folder; none is opened yet.
     *
     * @param heldOut the fraction of each class that is held out to measure by, where no folder is for that: of a class
     *     that has several pictures at least one, and never all; none if it is 0
     * @throws IllegalArgumentException if there are less than two labels with pictures; the message says what was found
     */
    public static LabelledPictures in(Path folder, double heldOut, long seed) {
        Check.that(heldOut >= 0 && heldOut < 1, "The held-out fraction must be in [0, 1), not %s.", heldOut);
        Check.that(Files.isDirectory(folder), "'%s' is not a folder.", folder);
        Path train = folder.resolve("train");
        boolean split = Files.isDirectory(train) && holdsLabels(train);
        Path learned = split ? train : folder;
        List<String> labels = labels(learned);
        List<Example> all = examples(learned, labels);
        if (!split) {
            return holdOut(labels, all, heldOut, seed);
        }
        List<Example> measured = EVALUATED.stream()
                .map(folder::resolve)
                .filter(Files::isDirectory)
                .findFirst()
                .map(other -> evaluation(other, labels))
                .orElse(List.of());
        return measured.isEmpty() ? holdOut(labels, all, heldOut, seed) : new LabelledPictures(labels, all, measured);
    }

    /** Whether it isn't a label's own folder. */
    private static boolean holdsLabels(Path folder) {
        List<Path> files = list(folder);
        return files.stream().anyMatch(Files::isDirectory) && files.stream().noneMatch(LabelledPictures::isPicture);
    }

    private static List<String> labels(Path folder) {
        List<String> labels = list(folder).stream()
                .filter(Files::isDirectory)
                .filter(each -> list(each).stream().anyMatch(LabelledPictures::isPicture))
                .map(each -> each.getFileName().toString())
                .toList();
        Check.that(
                labels.size() >= 2,
                "'%s' has %d folders of pictures, each of which would be a class; 2 are needed at least%s.%n"
                        + "  try:  %s/<label>/photo.jpg, with a folder for each label.",
                folder,
                labels.size(),
                labels.isEmpty() ? "" : ": " + labels,
                folder);
        Check.that(labels.size() <= MOST_CLASSES, "'%s' has more than %d labels.", folder, MOST_CLASSES);
        return labels;
    }

    private static List<Example> evaluation(Path folder, List<String> labels) {
        Set<String> unknown = new TreeSet<>(list(folder).stream()
                .filter(Files::isDirectory)
                .map(each -> each.getFileName().toString())
                .toList());
        labels.forEach(unknown::remove);
        Check.that(unknown.isEmpty(), "'%s' has labels that the training hasn't: %s.", folder, unknown);
        return examples(folder, labels);
    }

    private static List<Example> examples(Path folder, List<String> labels) {
        List<Example> examples = new ArrayList<>();
        for (int label = 0; label < labels.size(); label++) {
            Path its = folder.resolve(labels.get(label));
            if (Files.isDirectory(its)) {
                for (Path file : list(its)) {
                    if (isPicture(file)) {
                        examples.add(new Example(file, label));
                    }
                }
            }
        }
        return examples;
    }

    private static LabelledPictures holdOut(List<String> labels, List<Example> all, double fraction, long seed) {
        List<Example> training = new ArrayList<>();
        List<Example> evaluation = new ArrayList<>();
        for (int label = 0; label < labels.size(); label++) {
            int number = label;
            List<Example> its = new ArrayList<>(
                    all.stream().filter(example -> example.label == number).toList());
            Collections.shuffle(its, new Random(Seeds.random(seed, 0, label).nextLong()));
            int held = held(its.size(), fraction);
            evaluation.addAll(its.subList(0, held));
            training.addAll(its.subList(held, its.size()));
        }
        return new LabelledPictures(labels, training, evaluation);
    }

    private static int held(int size, double fraction) {
        return fraction == 0 || size < 2 ? 0 : (int) Math.min(size - 1, Math.max(1, Math.round(fraction * size)));
    }

    /** The same with the classes in another order. */
    LabelledPictures inOrder(List<String> order) {
        Map<String, Integer> numbers = new HashMap<>();
        IntStream.range(0, order.size()).forEach(i -> numbers.put(order.get(i), i));
        Check.that(numbers.keySet().equals(Set.copyOf(labels)), "%s are not the labels %s", order, labels);
        return new LabelledPictures(order, renumbered(training, numbers), renumbered(evaluation, numbers));
    }

    private List<Example> renumbered(List<Example> examples, Map<String, Integer> numbers) {
        return examples.stream()
                .map(example -> new Example(example.file, numbers.get(labels.get(example.label))))
                .toList();
    }

    /** Tells sets of pictures apart by their labels and files' names, wherever they lie. */
    String fingerprint() {
        CRC32 code = new CRC32();
        code.update(labels.toString().getBytes(StandardCharsets.UTF_8));
        Stream.of(training, evaluation).flatMap(List::stream).forEach(example -> {
            String line = example.label + "/" + example.file.getFileName() + "\n";
            code.update(line.getBytes(StandardCharsets.UTF_8));
        });
        return training.size() + " + " + evaluation.size() + " " + Long.toHexString(code.getValue());
    }

    /** Sorted; without hidden ones. */
    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new IllegalArgumentException(
                    "'" + folder + "' can't be listed: " + e.getMessage() + "\n  try:  check its permissions.", e);
        }
    }

    private static boolean isPicture(Path file) {
        String name = file.getFileName().toString();
        String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return ENDINGS.contains(ending) && Files.isRegularFile(file);
    }
}
