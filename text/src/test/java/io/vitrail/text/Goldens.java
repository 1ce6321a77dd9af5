package io.vitrail.text;

import io.vitrail.transformer.Resources;
import io.vitrail.transformer.verify.GoldenCase;
import java.nio.file.Path;
import java.util.List;

/** The golden cases and recorded tasks among the test resources; READMEs beside them tell how they were made. */
final class Goldens {
    private Goldens() {}

    /** The folders of all cases, FAMILY/CASE, sorted. */
    static List<Path> folders() {
        return GoldenCase.under(Resources.path("/goldens"));
    }

    /** The folder of one case, such as "bert/model": a checkpoint, too. */
    static Path folder(String name) {
        return Resources.path("/goldens/" + name);
    }

    /** The checkpoint of a recorded task, such as "moods". */
    static Path task(String name) {
        return Resources.path("/tasks/" + name);
    }
}
