package io.vitrail.vit.djl;

import ai.djl.Application.CV;
import ai.djl.repository.zoo.ModelZoo;
import io.vitrail.transformer.DjlEngine;
import java.net.URI;
import java.util.Set;

/**
 * The model within the jar, among DJL's zoos. DJL makes it when the first Criteria is built: nothing is read until it
 * is asked for.
 */
final class VitrailModelZoo extends ModelZoo {
    static final String GROUP = "io.vitrail";

    private final Set<String> engines = Set.of(DjlEngine.name()); // before DJL's engine starts, which would report it

    VitrailModelZoo() {
        EmbeddedRepository embedded = new EmbeddedRepository(GROUP, URI.create("vitrail://embedded"));
        addModel(embedded.model(CV.IMAGE_CLASSIFICATION, GROUP, EmbeddedRepository.NAME));
    }

    @Override
    public String getGroupId() {
        return GROUP;
    }

    @Override
    public Set<String> getSupportedEngines() {
        return engines;
    }
}
