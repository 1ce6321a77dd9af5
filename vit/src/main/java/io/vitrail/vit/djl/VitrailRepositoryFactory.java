package io.vitrail.vit.djl;

import ai.djl.repository.Repository;
import ai.djl.repository.RepositoryFactory;
import io.vitrail.transformer.Check;
import java.net.URI;
import java.nio.file.Path;
import java.util.Set;

/**
 * Reads DJL's model addresses of the scheme {@code vitrail}: {@code vitrail://embedded} is the model within the jar,
 * {@code vitrail:///path/to/folder} a checkpoint in the Hugging Face layout. After a question mark come arguments,
 * as those of {@code Criteria.optArgument}: {@code vitrail://embedded?topK=3}.
 */
public final class VitrailRepositoryFactory implements RepositoryFactory {
    /** @throws IllegalArgumentException if the address has another form */
    @Override
    public Repository newInstance(String name, URI uri) {
        String path = uri.getRawPath();
        if (uri.getRawAuthority() == null && path != null && path.length() > 1) {
            return new FolderRepository(name, uri, Path.of(URI.create("file:" + path)));
        }
        Check.that(
                EmbeddedRepository.NAME.equals(uri.getRawAuthority()) && path.length() <= 1,
                "'%s' is no address of a model.%n"
                        + "  try:  vitrail://embedded, or vitrail:///path/to/folder with a Hugging Face checkpoint.",
                uri);
        return new EmbeddedRepository(name, uri);
    }

    @Override
    public Set<String> getSupportedScheme() {
        return Set.of("vitrail");
    }
}
