package io.vitrail.text.training;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** Tiny checkpoints among the test resources. */
final class Checkpoints {
    private Checkpoints() {}

    /** One of the goldens', such as "bert/masked_lm". */
    static Path of(String name) {
        try {
            return Path.of(Checkpoints.class.getResource("/goldens/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
