package io.vitrail.vit.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageException;
import io.vitrail.vit.image.PillowResize;
import io.vitrail.vit.image.Pixels;
import io.vitrail.vit.image.Resampling;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Reads labelled pictures from the forms that data sets come in, decoded once and shrunk to a bounded size. Each
 * method reads one file or folder, in a fixed order.
 */
public final class PictureReader {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final int largestShortSide;

    /** Pictures whose short side is longer are shrunk to it. */
    public PictureReader(int largestShortSide) {
        Check.that(largestShortSide > 0, "the largest short side must be positive, not %d", largestShortSide);
        this.largestShortSide = largestShortSide;
    }

    /** A gzip stream of records: 1 byte label, 2 bytes length n (big-endian), n bytes JPEG. */
    public PictureSet records(Path file, int firstLabel) {
        Reading reading = new Reading(file);
        try (DataInputStream stream = new DataInputStream(new GZIPInputStream(Files.newInputStream(file), 1 << 16))) {
            for (int label = stream.read(); label >= 0; label = stream.read()) {
                byte[] jpeg = new byte[stream.readUnsignedShort()];
                stream.readFully(jpeg);
                reading.add(jpeg, firstLabel + label, "record " + reading.pictures.size());
            }
            return reading.finish();
        } catch (EOFException e) {
            throw CheckpointException.of(
                    "The records end in the middle of one.", file, "fetch the file again, it is cut off.", e);
        } catch (IOException e) {
            throw reading.failed(e);
        }
    }

    /** A zip of {@code SPLIT/CLASS/NAME}; other entries than those of the classes given are skipped. */
    public PictureSet zippedFolders(Path file, Map<String, Integer> labels) {
        Reading reading = new Reading(file);
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : sortedFiles(zip)) {
                String[] steps = entry.getName().split("/");
                Integer label = steps.length < 2 ? null : labels.get(steps[steps.length - 2]);
                if (label != null) {
                    reading.add(zip.getInputStream(entry).readAllBytes(), label, entry.getName());
                }
            }
            return reading.finish();
        } catch (IOException e) {
            throw reading.failed(e);
        }
    }

    /**
     * A zip of photos, and beside it a {@code .jsonl} of the same name that gives their {@code file}, {@code split} and more;
     * photos of other splits are skipped.
     *
     * @param label the class number by a photo's line, or empty to skip it
     */
    public PictureSet zippedPhotos(Path file, Function<JsonNode, Optional<Integer>> label, Set<String> splits) {
        Reading reading = new Reading(file);
        Path lines = file.resolveSibling(file.getFileName().toString().replaceFirst("\\.zip$", ".jsonl"));
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (String line : Files.readAllLines(lines)) {
                JsonNode photo = JSON.readTree(line);
                ZipEntry entry = zip.getEntry(photo.path("file").asText());
                boolean wanted = splits.contains(photo.path("split").asText());
                Optional<Integer> known = wanted && entry != null ? label.apply(photo) : Optional.empty();
                if (known.isPresent()) {
                    reading.add(zip.getInputStream(entry).readAllBytes(), known.get(), entry.getName());
                }
            }
            return reading.finish();
        } catch (IOException e) {
            throw reading.failed(e);
        }
    }

    /** A folder of folders, each named as a class, of picture files; other folders are skipped. */
    public PictureSet folders(Path directory, Map<String, Integer> labels) {
        Reading reading = new Reading(directory);
        try {
            for (Map.Entry<String, Integer> label : new TreeMap<>(labels).entrySet()) {
                for (Path file : files(directory.resolve(label.getKey()))) {
                    reading.add(Files.readAllBytes(file), label.getValue(), file.toString());
                }
            }
            return reading.finish();
        } catch (IOException e) {
            throw reading.failed(e);
        }
    }

    private Picture shrunk(Pixels pixels) {
        double factor = largestShortSide / (double) Math.min(pixels.width(), pixels.height());
        if (factor >= 1) {
            return Picture.of(pixels);
        }
        int width = (int) Math.round(pixels.width() * factor);
        int height = (int) Math.round(pixels.height() * factor);
        return Picture.of(PillowResize.to(width, height, Resampling.BICUBIC).apply(pixels));
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static List<ZipEntry> sortedFiles(ZipFile zip) {
        return zip.stream()
                .filter(entry -> !entry.isDirectory())
                .sorted(Comparator.comparing(ZipEntry::getName))
                .<ZipEntry>map(entry -> entry)
                .toList();
    }

    /** What has been read of one source so far. */
    private final class Reading {
        private final Path source;
        private final List<Picture> pictures = new ArrayList<>();
        private final List<Integer> labels = new ArrayList<>();

        Reading(Path source) {
            this.source = source;
        }

        void add(byte[] file, int label, String name) {
            try {
                pictures.add(shrunk(Image.fromBytes(file).pixels()));
                labels.add(label);
            } catch (ImageException e) {
                throw CheckpointException.of(
                        "Cannot decode " + name + ": " + e.getMessage(), source, "replace or remove that picture.", e);
            }
        }

        PictureSet finish() {
            Check.that(!pictures.isEmpty(), "%s holds no picture of a known class.", source);
            return new PictureSet(source.getFileName().toString(), pictures, labels);
        }

        CheckpointException failed(IOException e) {
            return CheckpointException.of(
                    "Cannot read pictures: " + e.getMessage(), source, "check that the file is there and whole.", e);
        }
    }
}
