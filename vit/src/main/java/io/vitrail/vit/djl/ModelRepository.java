package io.vitrail.vit.djl;

import ai.djl.repository.AbstractRepository;
import ai.djl.repository.Artifact;
import ai.djl.repository.MRL;
import ai.djl.repository.Metadata;
import io.vitrail.transformer.DjlEngine;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * One checkpoint behind a {@code vitrail:} address, and what DJL's loader has to be told of it. A subclass says where
 * its files are, and which of them have to be fetched before ({@link #prepare}).
 */
abstract class ModelRepository extends AbstractRepository {
    private final String model;

    ModelRepository(String name, URI uri, String model) {
        super(name, uri);
        this.model = model;
    }

    /** Its folder; a relative one is in DJL's cache. */
    abstract URI home() throws IOException;

    /** The files that have to be fetched there, by name. */
    abstract Map<String, Artifact.Item> files() throws IOException;

    @Override
    public List<MRL> getResources() {
        return List.of(MRL.undefined(this, VitrailModelZoo.GROUP, model));
    }

    @Override
    public Metadata locate(MRL mrl) throws IOException {
        Artifact artifact = new Artifact();
        artifact.setName(model);
        artifact.setFiles(files());
        artifact.setOptions(Map.of("hasParameter", "false")); // the block has its weights: DJL shall look for no others
        artifact.getArguments().putAll(arguments); // of the address
        artifact.getArguments().put("engine", DjlEngine.name());
        artifact.getArguments().put("blockFactory", VisionBlockFactory.class.getName());
        artifact.getArguments().putIfAbsent("translatorFactory", VisionTranslatorFactory.class.getName());
        Metadata metadata = new Metadata();
        metadata.setGroupId(mrl.getGroupId());
        metadata.setArtifactId(mrl.getArtifactId());
        metadata.setRepositoryUri(home());
        metadata.setArtifacts(List.of(artifact));
        return metadata;
    }

    @Override
    public Artifact resolve(MRL mrl, Map<String, String> filter) throws IOException {
        return mrl.match(filter);
    }
}
