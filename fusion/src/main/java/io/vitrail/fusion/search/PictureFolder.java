package io.vitrail.fusion.search;

import io.vitrail.transformer.Check;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;

/**
 * The pictures in a folder, however deep, by their names' endings. Hidden files and folders aren't looked at, and
 * symbolic links within it aren't followed: nothing outside the folder is ever read.
 *
 * @param files sorted by their names
 * @param unlisted folders that can't be listed, and files whose size isn't told, by their names, with why
 */
record PictureFolder(List<PictureFile> files, Map<String, IOException> unlisted) {
    private static final Set<String> ENDINGS = Set.of("jpg", "jpeg", "png", "bmp", "gif", "webp", "tif", "tiff");

    /**
     * Lists a folder, which may be a link itself.
     *
     * @throws IllegalArgumentException if it can't be listed
     */
    static PictureFolder list(Path folder) {
        Lister lister = new Lister(real(folder));
        try {
            Files.walkFileTree(lister.root, lister);
        } catch (IOException e) {
            throw unlisted(folder, e);
        }
        lister.files.sort(Comparator.comparing(PictureFile::name));
        return new PictureFolder(lister.files, lister.unlisted);
    }

    /** The folder itself, where it is named by a link. */
    static Path real(Path folder) {
        Check.that(Files.isDirectory(folder), "There is no folder '%s'.", folder);
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            throw unlisted(folder, e);
        }
    }

    private static IllegalArgumentException unlisted(Path folder, IOException e) {
        return new IllegalArgumentException(
                "'" + folder + "' can't be listed (" + e + ").\n  try:  check its permissions.", e);
    }

    /** Whether it isn't known if a file is there. */
    boolean hides(String name) {
        return unlisted.keySet().stream().anyMatch(other -> name.equals(other) || name.startsWith(other + "/"));
    }

    private static final class Lister extends SimpleFileVisitor<Path> {
        private final Path root;
        private final List<PictureFile> files = new ArrayList<>();
        private final Map<String, IOException> unlisted = new LinkedHashMap<>();

        Lister(Path root) {
            this.root = root;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return !folder.equals(root) && isHidden(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && isPicture(file) && !isHidden(file)) {
                long changed = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
                files.add(new PictureFile(name(file), attributes.size(), changed));
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            return failed(file, e);
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, IOException e) throws IOException {
            return e == null ? FileVisitResult.CONTINUE : failed(folder, e);
        }

        private FileVisitResult failed(Path file, IOException e) throws IOException {
            if (file.equals(root)) {
                throw e;
            }
            unlisted.put(name(file), e);
            return FileVisitResult.CONTINUE;
        }

        private String name(Path file) {
            StringJoiner name = new StringJoiner("/");
            root.relativize(file).forEach(part -> name.add(part.toString()));
            return name.toString();
        }

        private static boolean isHidden(Path file) {
            return file.getFileName().toString().startsWith(".");
        }

        private static boolean isPicture(Path file) {
            String name = file.getFileName().toString();
            return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
        }
    }
}
