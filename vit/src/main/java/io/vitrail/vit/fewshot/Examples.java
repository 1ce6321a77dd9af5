package io.vitrail.vit.fewshot;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.Embedding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Vectors of pictures whose classes are known.
 *
 * @param byClass of one width and length 1, at least one for each class; the order of the classes is that of their
 *     indices
 */
public record Examples(Map<String, List<Embedding>> byClass) {
    /** Of no class yet. */
    public static final Examples NONE = new Examples(Map.of());

    static final long MOST_VALUES = 1 << 28;

    private static final int LONGEST_NAME = 200;
    private static final double ROUNDING = 1e-3;

    public Examples {
        Map<String, List<Embedding>> copy = new LinkedHashMap<>();
        byClass.forEach((name, vectors) ->
                copy.put(checked(Check.given(name, "name")), List.copyOf(Check.allGiven(vectors, "vectors"))));
        byClass = Collections.unmodifiableMap(copy);
        long values = 0;
        int width = width(byClass);
        for (Map.Entry<String, List<Embedding>> entry : byClass.entrySet()) {
            Check.that(
                    !entry.getValue().isEmpty(),
                    "The class '%s' has no examples; it needs at least 1.",
                    entry.getKey());
            entry.getValue().forEach(vector -> check(vector, width));
            values += (long) width * entry.getValue().size();
        }
        Check.that(values <= MOST_VALUES, "Examples of %d values are too many; at most %d.", values, MOST_VALUES);
    }

    private static String checked(String name) {
        Check.that(
                !name.isBlank() && name.length() <= LONGEST_NAME,
                "A class's name has 1 to %d characters, not %d.",
                LONGEST_NAME,
                name.strip().length());
        return name;
    }

    private static int width(Map<String, List<Embedding>> byClass) {
        return byClass.values().stream()
                .flatMap(List::stream)
                .mapToInt(vector -> vector.values().length)
                .findFirst()
                .orElse(0);
    }

    private static void check(Embedding vector, int width) {
        Check.that(
                vector.values().length == width,
                "Vectors of width %d and %d can't be examples together: they come from different models.",
                width,
                vector.values().length);
        double length = Math.sqrt(Rows.dot(vector.values(), vector.values()));
        Check.that(
                Math.abs(length - 1) < ROUNDING, // not so for not-a-number either
                "A vector of length %s is no example: FrozenFeatures gives those of length 1.",
                length);
    }

    /** With further examples of a class; one that isn't there yet is added as the last. */
    public Examples with(String name, List<Embedding> vectors) {
        Map<String, List<Embedding>> more = new LinkedHashMap<>(byClass);
        List<Embedding> all = new ArrayList<>(more.getOrDefault(name, List.of()));
        all.addAll(Check.given(vectors, "vectors"));
        more.put(name, all);
        return new Examples(more);
    }

    /**
     * Without a class.
     *
     * @throws IllegalArgumentException if it isn't there
     */
    public Examples without(String name) {
        Check.that(byClass.containsKey(name), "There is no class '%s' among %s.", name, names());
        Map<String, List<Embedding>> fewer = new LinkedHashMap<>(byClass);
        fewer.remove(name);
        return new Examples(fewer);
    }

    /** The classes, by index. */
    public List<String> names() {
        return List.copyOf(byClass.keySet());
    }

    /** How many examples there are in all. */
    public int size() {
        return byClass.values().stream().mapToInt(List::size).sum();
    }

    /** Values of a vector; 0 without examples. */
    public int width() {
        return width(byClass);
    }

    /** [size, width], class by class, each of length 1. */
    float[][] rows() {
        return byClass.values().stream()
                .flatMap(List::stream)
                .map(Embedding::values)
                .toArray(float[][]::new);
    }

    /** The class of each of {@link #rows}. */
    int[] labels() {
        int[] labels = new int[size()];
        int row = 0;
        int label = 0;
        for (List<Embedding> vectors : byClass.values()) {
            for (int i = 0; i < vectors.size(); i++) {
                labels[row++] = label;
            }
            label++;
        }
        return labels;
    }
}
