package io.vitrail.vit.training;

import io.vitrail.transformer.Check;

/**
 * How training pictures vary.
 *
 * @param augmentation of each picture
 * @param mixing of the pictures of a batch
 */
public record PictureVariation(StandardAugmentation augmentation, Mixing mixing) {
    public PictureVariation {
        Check.given(augmentation, "augmentation");
        Check.given(mixing, "mixing");
    }

    /** Random crops, half of them mirrored. */
    public static PictureVariation defaults() {
        return new PictureVariation(StandardAugmentation.defaults(), Mixing.NONE);
    }
}
