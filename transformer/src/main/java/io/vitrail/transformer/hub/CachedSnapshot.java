package io.vitrail.transformer.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of one commit in the cache: links to contents, or copies where the file system has no links. */
final class CachedSnapshot {
    private static final Logger LOGGER = LoggerFactory.getLogger(CachedSnapshot.class);

    private final CachedModel model;
    private final String commit;
    private final CachedModel.Linker linker;

    CachedSnapshot(CachedModel model, String commit, CachedModel.Linker linker) {
        this.model = model;
        this.commit = commit;
        this.linker = linker;
    }

    Path folder() {
        return model.folder().resolve("snapshots").resolve(commit);
    }

    /** Whether the file is there; a link whose content is gone doesn't count. */
    boolean has(String file) {
        return Files.isRegularFile(folder().resolve(file));
    }

    /** What is required and isn't there. */
    Stream<String> missing(NeededFiles needed) {
        return needed.missing(folder(), this::has);
    }

    /** Whether the hub once said that the commit has no such file. */
    boolean lacks(String file) {
        return Files.exists(noExist(file));
    }

    /** Remembers that; if it can't, it is asked again another time. */
    void rememberLack(String file) {
        try {
            Files.createDirectories(noExist(file).getParent());
            Files.write(noExist(file), new byte[0]);
        } catch (IOException e) {
            LOGGER.warn("The cache can't remember that there is no {}: {}", file, e.toString());
        }
    }

    private Path noExist(String file) {
        return model.folder().resolve(".no_exist").resolve(commit).resolve(file);
    }

    /**
     * Enters a content under a file's name. The caller holds the content's {@link BlobLock}.
     *
     * @param isNew whether no other snapshot can hold this content: then it may be moved where links don't exist
     */
    void add(String file, Path blob, boolean isNew) {
        Path entry = folder().resolve(file);
        Path part = model.temporary();
        try {
            Files.createDirectories(entry.getParent());
            if (!isLinked(part, entry.getParent().relativize(blob))) {
                if (isNew) {
                    part = blob;
                } else {
                    Files.copy(blob, part);
                }
            }
            Files.move(part, entry, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!part.equals(blob)) {
                CachedModel.discard(part);
            }
            throw CacheFailure.of(e, entry);
        }
    }

    /** Links are relative, so that the cache can be moved. */
    private boolean isLinked(Path link, Path target) {
        try {
            linker.link(link, target);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            LOGGER.debug("The cache's file system has no symbolic links: {}", e.toString());
            return false;
        }
    }
}
