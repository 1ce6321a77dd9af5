package io.vitrail.vit;

import io.vitrail.transformer.Resources;
import io.vitrail.transformer.verify.GoldenCase;
import java.nio.file.Path;
import java.util.List;

/** The golden cases among the test resources; their README tells how they were made. */
final class Goldens {
    private Goldens() {}

    /** The folders of all cases, FAMILY/CASE, sorted. */
    static List<Path> folders() {
        return GoldenCase.under(resource("/goldens"));
    }

    /** The folder of one case, such as "vit/classification": a checkpoint, too. */
    static Path folder(String name) {
        return resource("/goldens/" + name);
    }

    static GoldenCase read(String name) {
        return GoldenCase.read(folder(name));
    }

    /** FAMILY/CASE of a folder. */
    static String name(Path folder) {
        return folder.getParent().getFileName() + "/" + folder.getFileName();
    }

    static Path resource(String name) {
        return Resources.path(name);
    }
}
