package io.vitrail.vit.djl;

import ai.djl.repository.Artifact;
import ai.djl.util.Progress;
import io.vitrail.transformer.hub.DownloadListener;
import io.vitrail.transformer.hub.Hub;
import io.vitrail.transformer.hub.NeededFiles;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/** A model by its name on the Hugging Face hub, in the cache that Python's huggingface_hub uses too. */
final class HubRepository extends ModelRepository {
    private final Hub hub;
    private final String model;

    /** @param model {@code organisation/name}, perhaps with {@code @} and a revision */
    HubRepository(String name, URI uri, Hub hub, String model) {
        super(name, uri, model.substring(model.indexOf('/') + 1));
        this.hub = hub;
        this.model = model;
    }

    @Override
    URI home() {
        return getBaseUri();
    }

    @Override
    Map<String, Artifact.Item> files() {
        return Map.of();
    }

    @Override
    public void prepare(Artifact artifact, Progress progress) {
        hub.snapshot(model, NeededFiles.VISION, progress == null ? DownloadListener.NONE : shownBy(progress));
    }

    private static DownloadListener shownBy(Progress progress) {
        return (file, done, total) -> {
            progress.reset(file, total);
            progress.update(done);
        };
    }

    @Override
    public Path getResourceDirectory(Artifact artifact) {
        return hub.cached(model, NeededFiles.VISION)
                .orElseThrow(() -> new IllegalStateException(model + " isn't prepared."));
    }

    @Override
    public boolean isRemote() {
        return false; // DJL's own cache has no part in it
    }
}
