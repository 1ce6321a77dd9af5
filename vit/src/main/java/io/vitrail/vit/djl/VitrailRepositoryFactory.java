package io.vitrail.vit.djl;

import ai.djl.repository.Repository;
import ai.djl.repository.RepositoryFactory;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.hub.Hub;
import java.net.URI;
import java.nio.file.Path;
import java.util.Set;

/**
 * Reads DJL's model addresses of the scheme {@code vitrail}: {@code vitrail://embedded} is the model within the jar,
 * {@code vitrail:///path/to/folder} a checkpoint in the Hugging Face layout, {@code
 * vitrail://google/vit-base-patch16-224} one of the hub (a revision follows after {@code @}). After a question mark come
 * arguments, as those of {@code Criteria.optArgument}: {@code vitrail://embedded?topK=3}.
 */
public final class VitrailRepositoryFactory implements RepositoryFactory {
    /** @throws IllegalArgumentException if the address has another form */
    @Override
    public Repository newInstance(String name, URI uri) {
        String authority = uri.getRawAuthority();
        String path = uri.getRawPath();
        boolean named = path != null && path.length() > 1;
        if (authority == null && named) {
            return new FolderRepository(name, uri, Path.of(URI.create("file:" + path)));
        }
        if (EmbeddedRepository.NAME.equals(authority) && !named) {
            return new EmbeddedRepository(name, uri);
        }
        String model = authority + path;
        Check.that(
                authority != null && Hub.isFullName(model),
                "'%s' is no address of a model.%n"
                        + "  try:  vitrail://embedded, vitrail:///path/to/folder with a Hugging Face checkpoint, or"
                        + " vitrail://organisation/name as on the hub.",
                uri);
        return new HubRepository(name, uri, Hub.fromEnvironment(), model);
    }

    @Override
    public Set<String> getSupportedScheme() {
        return Set.of("vitrail");
    }
}
