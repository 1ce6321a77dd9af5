package io.vitrail.transformer.hub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model's folder in the cache, as huggingface_hub lays it out:
 *
 * <pre>
 * .locks/models--google--vit/TAG.lock
 * models--google--vit/blobs/TAG                    contents, each once
 *                     refs/main                    the commit that a branch or tag was, when last asked
 *                     snapshots/COMMIT/config.json links to contents
 *                     .no_exist/COMMIT/vocab.txt   empty: the commit has no such file
 * </pre>
 */
final class CachedModel {
    private static final Logger LOGGER = LoggerFactory.getLogger(CachedModel.class);

    /** Makes symbolic links, where the file system has them. */
    @FunctionalInterface
    interface Linker {
        void link(Path link, Path target) throws IOException;
    }

    private final ModelName model;
    private final Path folder;
    private final Path locks;
    private final Linker linker;

    CachedModel(Path cache, ModelName model, Linker linker) {
        String name = "models--" + model.repository().replace("/", "--");
        this.model = model;
        this.folder = cache.resolve(name);
        this.locks = cache.resolve(".locks").resolve(name);
        this.linker = linker;
    }

    /** The commit that the revision was when the hub was last asked; a commit is itself. */
    Optional<String> commit() {
        if (model.isPinned()) {
            return Optional.of(model.revision());
        }
        try {
            return Optional.of(
                            Files.readString(ref(), StandardCharsets.ISO_8859_1).strip())
                    .filter(ModelName::isCommit);
        } catch (IOException e) {
            return Optional.empty(); // never asked
        }
    }

    /**
     * Remembers which commit the revision is. That is done when its files are there, so that an update that breaks off
     * leaves the former ones in use; and it may fail, as in a cache that can only be read.
     */
    void remember(String commit) {
        if (commit().filter(commit::equals).isPresent()) {
            return;
        }
        Path part = temporary();
        try {
            Files.createDirectories(ref().getParent());
            Files.writeString(part, commit, StandardCharsets.ISO_8859_1);
            Files.move(part, ref(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOGGER.warn("The cache can't remember what {} is now: {}", model, e.toString());
            discard(part);
        }
    }

    private Path ref() {
        return folder.resolve("refs").resolve(model.revision());
    }

    CachedSnapshot snapshot(String commit) {
        return new CachedSnapshot(this, commit, linker);
    }

    /** A complete snapshot of the revision as it is known here, without asking the hub. */
    Optional<Path> complete(NeededFiles needed) {
        return commit().map(this::snapshot)
                .filter(snapshot -> snapshot.missing(needed).findFirst().isEmpty())
                .map(CachedSnapshot::folder);
    }

    Path folder() {
        return folder;
    }

    Path blob(String tag) {
        return folder.resolve("blobs").resolve(tag);
    }

    Path lock(String tag) {
        return locks.resolve(tag + ".lock");
    }

    /** Whether a content is there, and as long as it should be. */
    boolean holds(Path blob, long size) {
        try {
            return Files.isRegularFile(blob) && Files.size(blob) == size;
        } catch (IOException e) {
            return false;
        }
    }

    /** A new name for something that will be moved to its place. */
    Path temporary() {
        return folder.resolve("tmp_" + UUID.randomUUID());
    }

    static void discard(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            LOGGER.warn("A temporary file is left: {}", temporary);
        }
    }
}
