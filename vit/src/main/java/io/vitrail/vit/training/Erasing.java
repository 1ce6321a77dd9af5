package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Random erasing (Zhong et al. 2020, algorithm 1): covers a rectangle of the normalised picture. It is drawn as
 * torchvision's RandomErasing does; if ten in a row don't fit, nothing is erased.
 *
 * @param probability that a picture loses a rectangle
 * @param minArea smallest part of the area
 * @param maxArea largest, at most 1
 * @param minRatio smallest height / width
 * @param maxRatio largest
 * @param fill what covers it
 */
public record Erasing(double probability, double minArea, double maxArea, double minRatio, double maxRatio, Fill fill) {
    /** Erases nothing. */
    public static final Erasing NONE = of(0);

    private static final int TRIES = 10;

    /** What a rectangle is covered with. */
    public enum Fill {
        /** 0, which is the mean where pictures are normalised by it. */
        ZERO,
        /** Independent values of the standard normal distribution. */
        NOISE
    }

    public Erasing {
        Check.that(probability >= 0 && probability <= 1, "the probability must be in [0, 1], not %s", probability);
        Check.that(
                minArea > 0 && minArea <= maxArea && maxArea <= 1,
                "erased areas (%s to %s) must be above 0 and at most 1, the smaller one first",
                minArea,
                maxArea);
        Check.that(
                minRatio > 0 && minRatio <= maxRatio && maxRatio < Double.POSITIVE_INFINITY,
                "ratios of erased rectangles (%s to %s) must be positive, the smaller one first",
                minRatio,
                maxRatio);
        Check.given(fill, "fill");
    }

    /** 2 to 33 % of the area, ratios from 0.3 to 3.3, covered with 0. */
    public static Erasing of(double probability) {
        return new Erasing(probability, 0.02, 0.33, 0.3, 3.3, Fill.ZERO);
    }

    public Erasing withFill(Fill other) {
        return new Erasing(probability, minArea, maxArea, minRatio, maxRatio, other);
    }

    /** In place, in the [3, side, side] values from {@code offset} on. */
    void apply(float[] planes, int offset, int side, SplittableRandom random) {
        if (random.nextDouble() >= probability) {
            return;
        }
        for (int i = 0; i < TRIES; i++) {
            double area = (double) side * side * Augmenter.between(minArea, maxArea, random);
            double ratio = Augmenter.logBetween(minRatio, maxRatio, random);
            int height = (int) Math.rint(Math.sqrt(area * ratio));
            int width = (int) Math.rint(Math.sqrt(area / ratio));
            if (height < side && width < side) {
                int top = random.nextInt(side - height + 1);
                int left = random.nextInt(side - width + 1);
                for (int row = 0; row < 3 * height; row++) {
                    int y = row / height * side + top + row % height;
                    cover(planes, offset + y * side + left, width, random);
                }
                return;
            }
        }
    }

    private void cover(float[] planes, int start, int width, SplittableRandom random) {
        switch (fill) {
            case ZERO -> Arrays.fill(planes, start, start + width, 0);
            case NOISE -> {
                for (int i = start; i < start + width; i++) {
                    planes[i] = (float) random.nextGaussian();
                }
            }
        }
    }
}
