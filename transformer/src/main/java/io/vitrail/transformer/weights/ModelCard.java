package io.vitrail.transformer.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The head of a checkpoint's README.md, as the hub shows it: lines of YAML between two lines of three dashes.
 *
 * @param lines those between
 */
public record ModelCard(List<String> lines) {
    private static final String FENCE = "---";
    private static final int MOST_BYTES = 1 << 16;

    /**
     * The card of a folder; an empty one if it has none.
     *
     * @throws CheckpointException if it can't be read
     */
    public static ModelCard in(Path folder) {
        Path file = folder.resolve("README.md");
        if (!Files.isRegularFile(file)) {
            return new ModelCard(List.of());
        }
        try (InputStream in = Files.newInputStream(file)) {
            return parse(new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw CheckpointException.of(
                    "The model's card cannot be read: " + e + ".", file, "check its permissions.", e);
        }
    }

    static ModelCard parse(String text) {
        List<String> all = text.lines().map(String::stripTrailing).toList();
        boolean headed = !all.isEmpty() && all.get(0).equals(FENCE);
        List<String> rest = headed ? all.subList(1, all.size()) : List.of();
        return new ModelCard(
                rest.stream().takeWhile(line -> !line.equals(FENCE)).toList());
    }

    /** The licence, by its own name if the hub has none for it. */
    public Optional<String> licence() {
        Optional<String> licence = value("license");
        return licence.filter(name -> !name.equals("other"))
                .or(() -> value("license_name"))
                .or(() -> licence);
    }

    /** A key's text, or the first of a list. */
    private Optional<String> value(String key) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(key + ":")) {
                String same = lines.get(i).substring(key.length() + 1);
                String next = i + 1 < lines.size() ? lines.get(i + 1).strip() : "";
                String text = same.isBlank() && next.startsWith("- ") ? next.substring(2) : same;
                return Optional.of(text.replaceAll("[\\[\\]\"']", "").strip()).filter(name -> !name.isEmpty());
            }
        }
        return Optional.empty();
    }
}
