package io.vitrail.vit.training;

import java.util.SplittableRandom;

/** The operations of RandAugment (Cubuk et al. 2020, figure 2); to the bit what torchvision makes of a Pillow image. */
enum PictureOperation {
    IDENTITY,
    SHEAR_X,
    SHEAR_Y,
    TRANSLATE_X,
    TRANSLATE_Y,
    ROTATE,
    BRIGHTNESS,
    SATURATION,
    CONTRAST,
    SHARPNESS,
    POSTERIZE,
    SOLARIZE,
    AUTO_CONTRAST,
    EQUALIZE;

    private static final PictureOperation[] ALL = values();

    /**
     * The changed picture.
     *
     * @param strength 0 changes nothing; slope, pixels, degrees, change of a factor, bits taken away, or how many of
     *     the highest values are inverted; AUTO_CONTRAST and EQUALIZE have none
     */
    Picture apply(Picture picture, double strength) {
        return switch (this) {
            case IDENTITY -> picture;
            case SHEAR_X -> AffineMap.shearX(strength).apply(picture);
            case SHEAR_Y -> AffineMap.shearY(strength).apply(picture);
            case TRANSLATE_X -> AffineMap.translation((int) strength, 0).apply(picture);
            case TRANSLATE_Y -> AffineMap.translation(0, (int) strength).apply(picture);
            case ROTATE -> AffineMap.rotation(strength, picture).apply(picture);
            case BRIGHTNESS -> Enhancement.BRIGHTNESS.apply(picture, (float) (1 + strength));
            case SATURATION -> Enhancement.SATURATION.apply(picture, (float) (1 + strength));
            case CONTRAST -> Enhancement.CONTRAST.apply(picture, (float) (1 + strength));
            case SHARPNESS -> Enhancement.SHARPNESS.apply(picture, (float) (1 + strength));
            case POSTERIZE -> Levels.posterized(picture, 8 - (int) Math.rint(strength));
            case SOLARIZE -> Levels.solarized(picture, 255 - strength);
            case AUTO_CONTRAST -> Levels.stretched(picture);
            case EQUALIZE -> Levels.equalized(picture);
        };
    }

    /** Any of them, all with the same chance. */
    static PictureOperation any(SplittableRandom random) {
        return ALL[random.nextInt(ALL.length)];
    }

    /** The strength of a magnitude from 0 to 30: equal steps of float32 from both ends, as torch.linspace has them. */
    static float strength(double largest, int magnitude) {
        float end = (float) largest;
        double step = end / Policy.LARGEST_MAGNITUDE; // a float
        int left = Policy.LARGEST_MAGNITUDE - magnitude;
        return (float) (magnitude < left ? step * magnitude : end - step * left);
    }

    /** The strength, for half of the draws the other way where there is one. */
    double signed(float strength, SplittableRandom random) {
        boolean bothWays = compareTo(SHEAR_X) >= 0 && compareTo(SHARPNESS) <= 0;
        return bothWays && random.nextBoolean() ? -strength : strength;
    }
}
