package io.vitrail.transformer;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** The files that tests read. */
public final class Resources {
    private Resources() {}

    /**
     * The file or folder of a test resource of the module whose tests run.
     *
     * @param name from the root of the resources, with a slash before it
     */
    public static Path path(String name) {
        try {
            return Path.of(Resources.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
