package io.vitrail.fusion.training;

import io.vitrail.fusion.captions.CaptionSet;
import io.vitrail.fusion.captions.CaptionedPicture;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * What a captioner learns from, in the folder {@code captions} of one data folder: captioned photos ({@code *.jsonl}, each
 * beside a zip of its pictures) and captions alone ({@code *-captions-all.tsv.gz}: a line's first column is the file, its
 * last the caption).
 */
public final class CaptionData {
    private static final String LOOSE = "-captions-all.tsv.gz";

    private final Path folder;
    private final List<Path> sets;

    /** @throws CheckpointException if there is no set of captioned photos */
    public CaptionData(Path data) {
        folder = data.resolve("captions");
        sets = files(".jsonl");
        if (sets.isEmpty()) {
            throw CheckpointException.of(
                    "There are no captioned photos: no file NAME.jsonl beside a NAME.zip.",
                    folder,
                    "give the folder that holds captions, cifar10 and imagenette.");
        }
    }

    /**
     * A photo and what people say of it.
     *
     * @param set it belongs to: the name of its file of lines
     */
    public record Photo(String set, CaptionedPicture picture) {
        /** Names it among all sets. */
        public String name() {
            return set + "/" + picture.file();
        }
    }

    /** The photos of a split, in a fixed order. */
    public List<Photo> photos(String split) {
        List<Photo> photos = new ArrayList<>();
        for (Path lines : sets) {
            try (CaptionSet set = CaptionSet.open(lines);
                    Stream<CaptionedPicture> pictures = set.pictures(Optional.of(split))) {
                pictures.forEach(picture -> photos.add(new Photo(name(lines), picture)));
            }
        }
        Check.that(!photos.isEmpty(), "%s: no captioned photo is of the split '%s'.", folder, split);
        return photos;
    }

    /** Reads the pictures of some photos, one after the other. */
    public void read(List<Photo> photos, BiConsumer<Photo, Image> reader) {
        ImageReader images = ImageReader.DEFAULT;
        for (Path lines : sets) {
            try (CaptionSet set = CaptionSet.open(lines)) {
                photos.stream()
                        .filter(photo -> photo.set().equals(name(lines)))
                        .forEach(photo -> reader.accept(photo, set.read(photo.picture(), images)));
            }
        }
    }

    /**
     * Captions without their pictures; none of a photo that is held out, for measuring by it would be cheating.
     *
     * @param heldOut splits
     */
    public List<String> loose(String... heldOut) {
        Set<String> hidden = new HashSet<>();
        for (String split : heldOut) {
            photos(split).forEach(photo -> hidden.add(photo.picture().file()));
        }
        List<String> captions = new ArrayList<>();
        for (Path file : files(LOOSE)) {
            for (String line : lines(file)) {
                int first = line.indexOf('\t');
                if (first > 0 && !hidden.contains(line.substring(0, first))) {
                    captions.add(line.substring(line.lastIndexOf('\t') + 1));
                }
            }
        }
        return captions;
    }

    private static List<String> lines(Path file) {
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        } catch (IOException | UncheckedIOException e) {
            throw CheckpointException.of("Cannot read captions: " + e.getMessage(), file, "fetch it again.", e);
        }
    }

    private List<Path> files(String ending) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw CheckpointException.of("Cannot read the folder: " + e.getMessage(), folder, "check its rights.", e);
        }
    }

    private static String name(Path lines) {
        return lines.getFileName().toString().replaceFirst("\\.jsonl$", "");
    }
}
