package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import java.util.SplittableRandom;

/**
 * RandAugment (Cubuk et al. 2020): some operations, each any of 14 with the same chance, all of one magnitude. The
 * strengths are torchvision's.
 *
 * @param operations applied one after the other; N in the paper
 * @param magnitude from 0 to {@link Policy#LARGEST_MAGNITUDE}; M in the paper
 */
public record RandAugment(int operations, int magnitude) implements Policy {
    private static final int MOST_OPERATIONS = 100;

    public RandAugment {
        Check.that(
                operations >= 0 && operations <= MOST_OPERATIONS,
                "operations must be 0 to %d, not %d",
                MOST_OPERATIONS,
                operations);
        Check.that(
                magnitude >= 0 && magnitude <= LARGEST_MAGNITUDE,
                "the magnitude must be 0 to %d, not %d",
                LARGEST_MAGNITUDE,
                magnitude);
    }

    /** Two operations of magnitude 9. */
    public static RandAugment defaults() {
        return new RandAugment(2, 9);
    }

    @Override
    public Picture apply(Picture picture, SplittableRandom random) {
        Picture x = picture;
        for (int i = 0; i < operations; i++) {
            PictureOperation operation = PictureOperation.any(random);
            float strength = PictureOperation.strength(largest(operation, x), magnitude);
            x = operation.apply(x, operation.signed(strength, random));
        }
        return x;
    }

    static double largest(PictureOperation operation, Picture picture) {
        return switch (operation) {
            case IDENTITY, AUTO_CONTRAST, EQUALIZE -> 0;
            case SHEAR_X, SHEAR_Y -> 0.3;
            case TRANSLATE_X -> 150.0 / 331 * picture.width();
            case TRANSLATE_Y -> 150.0 / 331 * picture.height();
            case ROTATE -> 30;
            case BRIGHTNESS, SATURATION, CONTRAST, SHARPNESS -> 0.9;
            case POSTERIZE -> 4;
            case SOLARIZE -> 255;
        };
    }
}
