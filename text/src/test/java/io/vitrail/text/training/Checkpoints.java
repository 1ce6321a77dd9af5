package io.vitrail.text.training;

import io.vitrail.transformer.Resources;
import java.nio.file.Path;

/** Tiny checkpoints among the test resources. */
final class Checkpoints {
    private Checkpoints() {}

    /** One of the goldens', such as "bert/masked_lm". */
    static Path of(String name) {
        return Resources.path("/goldens/" + name);
    }
}
