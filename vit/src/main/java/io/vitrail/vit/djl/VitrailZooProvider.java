package io.vitrail.vit.djl;

import ai.djl.repository.Repository;
import ai.djl.repository.zoo.ModelZoo;
import ai.djl.repository.zoo.ZooProvider;

/**
 * Makes {@link VitrailModelZoo} one of the zoos that a DJL {@code Criteria} without an address looks through. In jars
 * that were added to it, DJL Serving looks for zoos, but not for addresses; so the zoo brings its addresses along.
 */
public final class VitrailZooProvider implements ZooProvider {
    @Override
    public ModelZoo getModelZoo() {
        Repository.registerRepositoryFactory(new VitrailRepositoryFactory());
        return new VitrailModelZoo();
    }
}
