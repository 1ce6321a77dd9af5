package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Check;
import java.util.Optional;

/**
 * Pictures of one batch, each at the top left, padded to one size. The arrays are the caller's.
 *
 * @param pixels [batch, channels, imageHeight, imageWidth], float32, normalised
 * @param real [batch, imageHeight, imageWidth]: 1 for a picture's pixel, 0 for padding; without it, nothing is padding
 */
public record PaddedPictures(NDArray pixels, Optional<NDArray> real) {
    public PaddedPictures {
        Shape shape = VisionInput.of(pixels).pixels().getShape();
        Shape expected = new Shape(shape.get(0), shape.get(2), shape.get(3));
        real.ifPresent(mask -> Check.that(
                mask.getShape().equals(expected),
                "The pixel mask must be [batch, imageHeight, imageWidth] = %s, not %s.",
                expected,
                mask.getShape()));
    }

    /** Pictures without padding. */
    public static PaddedPictures of(NDArray pixels) {
        return new PaddedPictures(pixels, Optional.empty());
    }

    /** Pictures with padding. */
    public static PaddedPictures of(NDArray pixels, NDArray real) {
        return new PaddedPictures(pixels, Optional.of(real));
    }
}
