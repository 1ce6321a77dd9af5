package io.vitrail.fusion;

import io.vitrail.transformer.Resources;
import io.vitrail.transformer.verify.GoldenCase;
import java.nio.file.Path;
import java.util.List;

/** The golden cases among the test resources; the README beside them tells how they were made. */
final class Goldens {
    private Goldens() {}

    /** The folders of all cases, FAMILY/CASE, sorted. */
    static List<Path> folders() {
        return GoldenCase.under(Resources.path("/goldens"));
    }

    /** The folder of one case, such as "blip_caption/base": a checkpoint with pictures, too. */
    static Path folder(String name) {
        return Resources.path("/goldens/" + name);
    }
}
