package io.vitrail.fusion.search;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.Lock;

/** The folder of an index. It has a mark, and without it nothing there is overwritten or deleted. */
final class IndexFolder {
    private static final String MARK = "vitrail-search.txt";
    private static final String TEXT = "An index of pictures, for searching them. It may be deleted.\n";

    private IndexFolder() {}

    /**
     * Makes a folder that is empty, or not there, one of an index.
     *
     * @return the folder itself, where it is named by a link
     * @throws IllegalArgumentException if it can't be written, or holds something else
     */
    static Path prepare(Path place) {
        try {
            if (!Files.exists(place.resolve(MARK))) {
                Files.createDirectories(place);
                requireEmpty(place);
                Files.writeString(place.resolve(MARK), TEXT);
            }
            return place.toRealPath();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "No index can be written to '" + place + "' (" + e
                            + ").\n  try:  a folder of yours as its place: SearchOptions.withIndex.",
                    e);
        }
    }

    /**
     * Removes an index, even a damaged one.
     *
     * @throws IllegalArgumentException if the folder holds something else
     * @throws CheckpointException if it is being written to, or can't be removed
     */
    static void clear(Path place) {
        if (!Files.isDirectory(place)) {
            return;
        }
        try {
            if (!Files.exists(place.resolve(MARK))) {
                requireEmpty(place);
                return;
            }
            try (Directory directory = FSDirectory.open(place);
                    Lock lock = directory.obtainLock(IndexWriter.WRITE_LOCK_NAME)) {
                for (String file : files(place)) {
                    lock.ensureValid();
                    Files.deleteIfExists(place.resolve(file));
                }
            }
        } catch (IOException e) {
            throw IndexFailure.of(place, e);
        }
    }

    /** An index's files; those without which there is none come first, lest a kill leave half of one. */
    private static List<String> files(Path place) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(IndexFolder::isOfIndex)
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    private static boolean isOfIndex(String name) {
        return name.startsWith(IndexFileNames.SEGMENTS)
                || name.startsWith(IndexFileNames.PENDING_SEGMENTS)
                || IndexFileNames.CODEC_FILE_PATTERN.matcher(name).matches();
    }

    private static void requireEmpty(Path place) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            Check.that(
                    files.findAny().isEmpty(),
                    "'%s' holds something else than an index of pictures.%n"
                            + "  try:  an empty folder, or a new one: SearchOptions.withIndex.",
                    place);
        }
    }
}
