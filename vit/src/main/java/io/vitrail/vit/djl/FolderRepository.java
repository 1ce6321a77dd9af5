package io.vitrail.vit.djl;

import ai.djl.repository.Artifact;
import ai.djl.util.Progress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/** A checkpoint's folder, read where it is. */
final class FolderRepository extends ModelRepository {
    private final Path folder;

    FolderRepository(String name, URI uri, Path folder) {
        super(name, uri, String.valueOf(folder.getFileName()));
        this.folder = folder;
    }

    @Override
    URI home() {
        return folder.toUri();
    }

    @Override
    Map<String, Artifact.Item> files() {
        return Map.of();
    }

    @Override
    public void prepare(Artifact artifact, Progress progress) {} // whether it is there is seen when it is opened

    @Override
    public Path getResourceDirectory(Artifact artifact) {
        return folder;
    }

    @Override
    public boolean isRemote() {
        return false;
    }
}
