package io.vitrail.samples.cli;

import io.vitrail.transformer.Check;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Runs a task over picture files; they are read a few at a time, side by side. */
final class PictureFiles extends Items<Path, Image> {
    private static final Set<String> ENDINGS = Set.of("jpg", "jpeg", "png", "bmp", "gif", "webp", "tif", "tiff");

    PictureFiles(ImageReader reader, PrintWriter out, PrintWriter err, boolean json) {
        super("file", reader::fromFile, out, err, json);
    }

    /** Files as they are named, and in a folder's place all pictures in it, however deep. */
    static List<Path> expanded(List<Path> named) {
        return named.stream().flatMap(PictureFiles::expanded).toList();
    }

    private static Stream<Path> expanded(Path named) {
        if (!Files.isDirectory(named)) {
            return Stream.of(named);
        }
        List<Path> pictures = in(named, Integer.MAX_VALUE);
        Check.that(!pictures.isEmpty(), "There is no picture in '%s'.", named);
        return pictures.stream();
    }

    /** The files in a folder whose names end like pictures', sorted. */
    static List<Path> in(Path folder, int depth) {
        try (Stream<Path> files = Files.walk(folder, depth)) {
            return files.filter(Files::isRegularFile)
                    .filter(PictureFiles::isPicture)
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new IllegalArgumentException(
                    "'" + folder + "' can't be listed: " + e.getMessage() + "\n  try:  check its permissions.", e);
        }
    }

    /**
     * The pictures in the subfolders of a folder, sorted; each subfolder is called like a label.
     *
     * @throws IllegalArgumentException if there are none
     */
    static List<Path> labelled(Path folder) {
        Check.that(Files.isDirectory(folder), "'%s' is not a folder.", folder);
        List<Path> files = in(folder, 2).stream()
                .filter(file -> folder.relativize(file).getNameCount() == 2)
                .toList();
        Check.that(!files.isEmpty(), "No pictures lie in subfolders of '%s'.%n  try:  DIR/<label>/photo.jpg", folder);
        return files;
    }

    /** The label that a picture lies under. */
    static String label(Path file) {
        return file.getParent().getFileName().toString();
    }

    private static boolean isPicture(Path file) {
        String name = file.getFileName().toString();
        return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }
}
