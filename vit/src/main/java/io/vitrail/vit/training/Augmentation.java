package io.vitrail.vit.training;

import io.vitrail.transformer.Check;

/**
 * Variation for sets of different sharpness: these get different ranges, so that the model can't tell the sets apart by
 * sharpness or framing.
 *
 * @param minArea smallest part of the picture's area that a crop takes
 * @param maxArea largest; above 1 the crop reaches beyond the picture, into its mirror image, so that things look
 *     smaller
 * @param maxStretch largest change of the ratio of the sides, either way (the crop is squeezed into a square)
 * @param wholePicture probability that the whole picture is squeezed into the square, as at inference
 * @param lowResolution probability that the crop is first shrunk to few pixels, then enlarged
 * @param smallestSide the fewest pixels it is shrunk to
 * @param blur probability that it is blurred
 * @param jpeg probability that it is compressed, when it has few pixels and again in the end
 * @param backdrop probability that it is laid, smaller, over a part of another photo, so that what surrounds a thing doesn't
 *     give its class away; only where there are backdrops
 * @param colour largest relative change of brightness, contrast, saturation and of each channel (half of it)
 * @param grey probability that colours are taken away
 * @param erase probability that a rectangle is covered (Zhong et al. 2017)
 */
public record Augmentation(
        double minArea,
        double maxArea,
        double maxStretch,
        double wholePicture,
        double lowResolution,
        int smallestSide,
        double blur,
        double jpeg,
        double backdrop,
        double colour,
        double grey,
        double erase)
        implements Variation {
    public Augmentation {
        Check.that(
                minArea > 0 && minArea <= maxArea,
                "areas of crops (%s to %s) must be positive, the smaller one first",
                minArea,
                maxArea);
        Check.that(maxStretch >= 1, "the largest stretch must be at least 1, not %s", maxStretch);
        Check.that(smallestSide >= 1, "the smallest side must be at least 1, not %d", smallestSide);
        Check.that(colour >= 0 && colour < 1, "the change of colours must be in [0, 1), not %s", colour);
        for (double probability : new double[] {wholePicture, lowResolution, blur, jpeg, backdrop, grey, erase}) {
            Check.that(probability >= 0 && probability <= 1, "a probability must be in [0, 1], not %s", probability);
        }
    }

    /** For thumbnails that their subject fills (CIFAR): also zooms out, which makes them as sharp as photos. */
    public static Augmentation ofThumbnails() {
        return new Augmentation(0.5, 1.8, 1.25, 0.25, 0.2, 16, 0.05, 0.2, 0.25, 0.15, 0.02, 0);
    }

    /** For sharp photos of one subject (Imagenette): often coarse, as thumbnails are. */
    public static Augmentation ofPhotos() {
        return new Augmentation(0.35, 1.0, 1.3, 0.2, 0.6, 16, 0.1, 0.5, 0.2, 0.15, 0.02, 0);
    }

    /** For photos with small subjects anywhere (Pascal): wide crops, so that the subject stays inside. */
    public static Augmentation ofScenes() {
        return new Augmentation(0.25, 1.0, 1.4, 0.25, 0.35, 20, 0.1, 0.4, 0.3, 0.3, 0.08, 0.3);
    }
}
