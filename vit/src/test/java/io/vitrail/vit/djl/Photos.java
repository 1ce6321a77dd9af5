package io.vitrail.vit.djl;

import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import io.vitrail.transformer.Resources;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** Photos and checkpoints among the test resources, for DJL and for this library. */
final class Photos {
    static final List<String> NAMES = List.of("astronaut.jpg", "chelsea.jpg", "coffee.jpg", "rocket.jpg");

    private Photos() {}

    /** All photos, as DJL decodes them. */
    static List<Image> all() {
        return NAMES.stream().map(Photos::read).toList();
    }

    static Image read(String name) {
        try {
            return ImageFactory.getInstance().fromFile(file(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path file(String name) {
        return Resources.path("/images/" + name);
    }

    /** A tiny checkpoint: a golden case, such as "vit/classification". */
    static Path checkpoint(String name) {
        return Resources.path("/goldens/" + name);
    }

    /** What this library makes of the same decoded pixels. */
    static io.vitrail.vit.image.Image ours(Image picture) {
        return io.vitrail.vit.image.Image.fromBufferedImage((BufferedImage) picture.getWrappedImage());
    }
}
