package io.vitrail.samples.cli;

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

    private static boolean isPicture(Path file) {
        String name = file.getFileName().toString();
        return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }
}
