package io.vitrail.fusion.captions;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.fusion.bulk.JsonLines;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Pictures with captions: JSON lines, each with a {@code file}, its {@code captions} and perhaps a {@code split};
 * other keys are left alone. The pictures lie beside the lines, or in a zip of the same name ({@code captions.jsonl},
 * {@code captions.zip}).
 *
 * <p>Any thread may read pictures. In memory are the names of the zip's entries and of the pictures gone through, no
 * caption and no picture.
 */
public final class CaptionSet implements AutoCloseable {
    private static final String LINES = "captions.jsonl";

    private final Path lines;
    private final Optional<ZipFile> zip;

    private CaptionSet(Path lines, Optional<ZipFile> zip) {
        this.lines = lines;
        this.zip = zip;
    }

    /**
     * @param path a file of JSON lines, or a folder that holds {@code captions.jsonl}
     * @throws CheckpointException if it isn't there, or the zip is damaged
     */
    public static CaptionSet open(Path path) {
        Path lines = Files.isDirectory(path) ? path.resolve(LINES) : path;
        if (!Files.isRegularFile(lines)) {
            throw CheckpointException.of(
                    "There is no such file.", lines, "name a folder with " + LINES + ", or a file of JSON lines.");
        }
        Path zip = lines.resolveSibling(lines.getFileName().toString().replaceFirst("\\.[^.]*$", "") + ".zip");
        try {
            return new CaptionSet(
                    lines, Files.isRegularFile(zip) ? Optional.of(new ZipFile(zip.toFile())) : Optional.empty());
        } catch (IOException e) {
            throw CheckpointException.of("The zip can't be read: " + e.getMessage(), zip, "fetch it again.", e);
        }
    }

    /**
     * The pictures in the lines' order, read as they are asked for; close the stream. Each call begins anew.
     *
     * @param split only of this one; without it all
     * @throws CheckpointException while it is read, naming the line, if that is no JSON, lacks {@code file} or {@code
     *     captions}, leads out of the folder, or names a picture for the second time
     */
    public Stream<CaptionedPicture> pictures(Optional<String> split) {
        JsonLines reading = JsonLines.open(lines);
        Map<String, Integer> seen = new HashMap<>();
        return StreamSupport.stream(((Iterable<JsonLines.Line>) () -> reading).spliterator(), false)
                .map(line -> picture(line, seen))
                .filter(picture -> split.isEmpty() || split.equals(picture.split()))
                .onClose(reading::close);
    }

    private static CaptionedPicture picture(JsonLines.Line line, Map<String, Integer> seen) {
        String file = line.text("file");
        if (!isWithin(file)) {
            throw line.wrong("names a file outside of its folder: " + file);
        }
        Integer before = seen.putIfAbsent(file, line.number());
        if (before != null) {
            throw line.wrong("names " + file + ", as line " + before + " does");
        }
        Optional<String> split = line.object().has("split") ? Optional.of(line.text("split")) : Optional.empty();
        return new CaptionedPicture(file, split, captions(line));
    }

    private static boolean isWithin(String file) {
        try {
            Path path = Path.of(file).normalize();
            return !path.isAbsolute() && !path.startsWith("..");
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static List<String> captions(JsonLines.Line line) {
        List<String> captions = new ArrayList<>();
        for (JsonNode caption : line.object().path("captions")) {
            if (!caption.isTextual()) {
                throw line.wrong("has a caption that is no text");
            }
            captions.add(caption.textValue());
        }
        if (captions.isEmpty()) {
            throw line.wrong("has no list of \"captions\"");
        }
        return captions;
    }

    /** Where a picture lies, or would if it weren't in the zip. */
    public Path path(CaptionedPicture picture) {
        return lines.resolveSibling(picture.file());
    }

    /**
     * A picture of this set, of the zip if that has it.
     *
     * @throws io.vitrail.vit.image.ImageException if it is missing, or can't be decoded
     */
    public Image read(CaptionedPicture picture, ImageReader reader) {
        Optional<ZipEntry> entry = zip.map(file -> file.getEntry(picture.file()));
        if (entry.isEmpty()) {
            return reader.fromFile(path(picture));
        }
        try (InputStream stream = zip.orElseThrow().getInputStream(entry.get())) {
            return reader.fromStream(stream);
        } catch (IOException e) {
            throw CheckpointException.of(
                    "Cannot read " + picture.file() + ": " + e.getMessage(), lines, "fetch the zip again.", e);
        }
    }

    @Override
    public void close() {
        if (zip.isPresent()) {
            try {
                zip.get().close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
