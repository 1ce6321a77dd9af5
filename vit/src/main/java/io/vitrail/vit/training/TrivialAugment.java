package io.vitrail.vit.training;

import java.util.SplittableRandom;

/**
 * TrivialAugment, wide (Müller and Hutter 2021, table 1): one operation, any of 14 with the same chance, of any
 * magnitude. The strengths are torchvision's.
 */
public record TrivialAugment() implements Policy {
    @Override
    public Picture apply(Picture picture, SplittableRandom random) {
        PictureOperation operation = PictureOperation.any(random);
        float strength = PictureOperation.strength(largest(operation), random.nextInt(LARGEST_MAGNITUDE + 1));
        return operation.apply(picture, operation.signed(strength, random));
    }

    static double largest(PictureOperation operation) {
        return switch (operation) {
            case IDENTITY, AUTO_CONTRAST, EQUALIZE -> 0;
            case SHEAR_X, SHEAR_Y, BRIGHTNESS, SATURATION, CONTRAST, SHARPNESS -> 0.99;
            case TRANSLATE_X, TRANSLATE_Y -> 32;
            case ROTATE -> 135;
            case POSTERIZE -> 6;
            case SOLARIZE -> 255;
        };
    }
}
