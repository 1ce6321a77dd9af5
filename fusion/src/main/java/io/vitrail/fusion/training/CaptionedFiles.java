package io.vitrail.fusion.training;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.fusion.bulk.JsonLines;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.training.Seeds;
import io.vitrail.transformer.weights.CheckpointException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Picture files with captions, to learn from and to be measured by. They stand in JSON lines, a picture in each, beside
 * which the pictures lie: {@code {"image": "photo.jpg", "captions": ["a cat", "a cat sleeps"]}}, or with one {@code
 * "caption"}; several lines may be of one picture. A line may have a {@code "split"}: {@code train}, or {@code
 * validation}, {@code val}, {@code valid}, {@code dev} or {@code test}, the first of which that occurs is measured by.
 *
 * @param training the pictures to learn from
 * @param evaluation the pictures to measure by; may be none
 */
public record CaptionedFiles(List<Captioned> training, List<Captioned> evaluation) {
    private static final Set<String> LEARNED = Set.of("train", "restval");
    private static final List<String> EVALUATED = List.of("validation", "val", "valid", "dev", "test");
    private static final int LONGEST = 10_000;
    private static final int MOST_CAPTIONS = 1_000;

    /** A picture file, and what is said of it: at least one caption. */
    public record Captioned(Path image, List<String> captions) {
        public Captioned {
            captions = List.copyOf(captions);
            Check.that(!captions.isEmpty(), "%s has no caption.", image);
        }
    }

    public CaptionedFiles {
        training = List.copyOf(training);
        evaluation = List.copyOf(evaluation);
    }

    /**
     * The pictures of a file of lines; none is opened yet.
     *
     * @param heldOut the fraction of the pictures that is held out to measure by, where the lines name no split for
     *     that;
     *     at least one picture, none if it is 0
     * @throws CheckpointException if the file is missing, or a line isn't as said; the message names the line
     */
    public static CaptionedFiles read(Path lines, double heldOut, long seed) {
        Check.that(heldOut >= 0 && heldOut < 1, "The held-out fraction must be in [0, 1), not %s.", heldOut);
        Map<String, Map<Path, List<String>>> bySplit = bySplit(lines);
        List<Captioned> training = list(bySplit.getOrDefault("", Map.of()));
        List<Captioned> evaluation = EVALUATED.stream()
                .filter(bySplit::containsKey)
                .findFirst()
                .map(split -> list(bySplit.get(split)))
                .orElse(List.of());
        CaptionedFiles files =
                evaluation.isEmpty() ? holdOut(training, heldOut, seed) : new CaptionedFiles(training, evaluation);
        Check.that(!files.training.isEmpty(), "%s holds no picture to learn from.", lines);
        return files;
    }

    /**
     * The pictures of two files of lines, all of the first to learn from and all of the second to measure by.
     *
     * @throws CheckpointException as {@link #read(Path, double, long)}
     */
    public static CaptionedFiles read(Path training, Path evaluation) {
        return new CaptionedFiles(all(training), all(evaluation));
    }

    private static List<Captioned> all(Path lines) {
        List<Captioned> all = bySplit(lines).values().stream()
                .flatMap(split -> list(split).stream())
                .toList();
        Check.that(!all.isEmpty(), "%s holds no picture.", lines);
        return all;
    }

    private static CaptionedFiles holdOut(List<Captioned> all, double fraction, long seed) {
        if (fraction == 0 || all.size() < 2) {
            return new CaptionedFiles(all, List.of());
        }
        List<Captioned> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, new Random(Seeds.random(seed, 0, 0).nextLong()));
        int held = Math.min(all.size() - 1, Math.max(1, (int) Math.round(fraction * all.size())));
        return new CaptionedFiles(shuffled.subList(held, all.size()), shuffled.subList(0, held));
    }

    private static List<Captioned> list(Map<Path, List<String>> captions) {
        return captions.entrySet().stream()
                .map(entry -> new Captioned(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** By split, that to learn from as "", the captions of each picture. */
    private static Map<String, Map<Path, List<String>>> bySplit(Path lines) {
        Map<String, Map<Path, List<String>>> bySplit = new LinkedHashMap<>();
        try (JsonLines reading = JsonLines.open(lines)) {
            while (reading.hasNext()) {
                JsonLines.Line line = reading.next();
                List<String> captions = bySplit.computeIfAbsent(split(line), name -> new LinkedHashMap<>())
                        .computeIfAbsent(image(line), image -> new ArrayList<>());
                captions.addAll(captions(line));
                if (captions.size() > MOST_CAPTIONS) {
                    throw line.wrong("gives its picture more than " + MOST_CAPTIONS + " captions");
                }
            }
        }
        return bySplit;
    }

    private static String split(JsonLines.Line line) {
        String split = line.object().has("split") ? line.text("split") : "";
        if (!split.isEmpty() && !LEARNED.contains(split) && !EVALUATED.contains(split)) {
            throw line.wrong(
                    "has the split \"" + split + "\", which is none of train, " + String.join(", ", EVALUATED));
        }
        return LEARNED.contains(split) ? "" : split;
    }

    private static Path image(JsonLines.Line line) {
        String name = line.text("image");
        try {
            Path path = Path.of(name).normalize();
            if (!path.isAbsolute() && !path.startsWith("..") && !path.toString().isEmpty()) {
                return line.file().resolveSibling(path);
            }
        } catch (InvalidPathException e) {
            throw line.wrong("has an \"image\" that is no path: " + e.getReason());
        }
        throw line.wrong("names an image outside of its folder: " + name);
    }

    private static List<String> captions(JsonLines.Line line) {
        JsonNode object = line.object();
        if (object.has("captions") == object.has("caption")) {
            throw line.wrong("must have either \"captions\", a list of texts, or \"caption\", a text");
        }
        List<String> captions = new ArrayList<>();
        Iterable<JsonNode> given = object.has("caption") ? List.of(object.get("caption")) : object.get("captions");
        for (JsonNode caption : given) {
            if (!caption.isTextual()
                    || caption.textValue().isBlank()
                    || caption.textValue().length() > LONGEST) {
                throw line.wrong("has a caption that is no text of 1 to " + LONGEST + " characters");
            }
            captions.add(caption.textValue());
        }
        if (captions.isEmpty()) {
            throw line.wrong("has no captions");
        }
        return captions;
    }

    /** The number of captions to learn from. */
    public int captions() {
        return training.stream().mapToInt(picture -> picture.captions().size()).sum();
    }

    /** Tells them from others: by the names of the files, wherever these lie, and the captions. */
    String code() {
        CRC32 code = new CRC32();
        Stream.concat(training.stream(), evaluation.stream())
                .map(picture ->
                        picture.image().getFileName() + picture.captions().toString())
                .forEach(picture -> code.update(picture.getBytes(StandardCharsets.UTF_8)));
        return training.size() + " + " + evaluation.size() + " " + Long.toHexString(code.getValue());
    }
}
