package io.vitrail.fusion.captions;

import io.vitrail.fusion.bulk.JsonLines;
import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Captions that some program gave to pictures: JSON lines with {@code file} and {@code caption}, or {@code file} and
 * {@code error} where it failed. Immutable, in memory as a whole.
 */
public final class CandidateCaptions {
    private final Map<String, String> captions = new HashMap<>();
    private final Map<String, String> errors = new HashMap<>();

    private CandidateCaptions() {}

    /**
     * @throws CheckpointException if the file can't be read, or, naming the line, if that is no JSON, lacks {@code
     *     file} or {@code caption}, or names a picture for the second time
     */
    public static CandidateCaptions read(Path file) {
        CandidateCaptions candidates = new CandidateCaptions();
        try (JsonLines lines = JsonLines.open(file)) {
            lines.forEachRemaining(candidates::add);
        }
        return candidates;
    }

    private void add(JsonLines.Line line) {
        String file = line.text("file");
        if (captions.containsKey(file) || errors.containsKey(file)) {
            throw line.wrong("names " + file + ", which an earlier line does, too");
        }
        if (line.object().has("error")) {
            errors.put(file, line.text("error"));
        } else if (line.object().path("caption").isTextual()) {
            captions.put(file, line.object().path("caption").textValue());
        } else {
            throw line.wrong("has no text \"caption\"");
        }
    }

    /** What is said of a set's pictures, by their names there; of those of a split, or without it all. */
    public Map<String, String> captions(CaptionSet set, Optional<String> split) {
        Map<String, String> said = new HashMap<>();
        try (Stream<CaptionedPicture> pictures = set.pictures(split)) {
            pictures.forEach(picture -> caption(set, picture).ifPresent(text -> said.put(picture.file(), text)));
        }
        return said;
    }

    /** What is said of a picture, which may be nothing, under its name in the set or its path. */
    Optional<String> caption(CaptionSet set, CaptionedPicture picture) {
        return of(captions, set, picture);
    }

    /** Why nothing is said of it, if the program failed. */
    Optional<String> error(CaptionSet set, CaptionedPicture picture) {
        return of(errors, set, picture);
    }

    private static Optional<String> of(Map<String, String> texts, CaptionSet set, CaptionedPicture picture) {
        Path path = set.path(picture);
        return Stream.of(
                        picture.file(),
                        path.toString(),
                        path.toAbsolutePath().normalize().toString())
                .map(texts::get)
                .filter(Objects::nonNull)
                .findFirst();
    }
}
