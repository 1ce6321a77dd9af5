package io.vitrail.fusion;

import io.vitrail.transformer.verify.GoldenCase;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;

/** The golden cases among the test resources; the README beside them tells how they were made. */
final class Goldens {
    private Goldens() {}

    /** The folders of all cases, FAMILY/CASE, sorted. */
    static List<Path> folders() {
        return GoldenCase.under(resource("/goldens"));
    }

    /** The folder of one case, such as "blip_caption/base": a checkpoint with pictures, too. */
    static Path folder(String name) {
        return resource("/goldens/" + name);
    }

    private static Path resource(String name) {
        try {
            return Path.of(Goldens.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
