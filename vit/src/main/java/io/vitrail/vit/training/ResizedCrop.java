package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import io.vitrail.vit.image.PillowResize;
import io.vitrail.vit.image.Resampling;
import java.util.SplittableRandom;

/**
 * A random part of a picture, squeezed into a square (Szegedy et al. 2015, section 6). It is drawn as torchvision's
 * RandomResizedCrop does: the area evenly, the ratio evenly by its logarithm, the place evenly; if ten in a row don't
 * fit, the largest in the middle whose ratio is allowed.
 *
 * @param minArea smallest part of the picture's area
 * @param maxArea largest, at most 1
 * @param minRatio smallest width / height of the part
 * @param maxRatio largest
 * @param filter what the part is resized by
 */
public record ResizedCrop(double minArea, double maxArea, double minRatio, double maxRatio, Resampling filter) {
    private static final int TRIES = 10;

    public ResizedCrop {
        Check.that(
                minArea > 0 && minArea <= maxArea && maxArea <= 1,
                "areas of crops (%s to %s) must be above 0 and at most 1, the smaller one first",
                minArea,
                maxArea);
        Check.that(
                minRatio > 0 && minRatio <= maxRatio && maxRatio < Double.POSITIVE_INFINITY,
                "ratios of crops (%s to %s) must be positive, the smaller one first",
                minRatio,
                maxRatio);
        Check.given(filter, "filter");
    }

    /** 8 to 100 % of the area, ratios from 3 : 4 to 4 : 3, bilinear. */
    public static ResizedCrop defaults() {
        return new ResizedCrop(0.08, 1, 3.0 / 4, 4.0 / 3, Resampling.BILINEAR);
    }

    public ResizedCrop withArea(double smallest, double largest) {
        return new ResizedCrop(smallest, largest, minRatio, maxRatio, filter);
    }

    public ResizedCrop withFilter(Resampling other) {
        return new ResizedCrop(minArea, maxArea, minRatio, maxRatio, other);
    }

    Picture apply(Picture picture, int side, SplittableRandom random) {
        Part part = draw(picture.width(), picture.height(), random);
        Picture cut = picture.cut(part.left, part.top, part.width, part.height);
        return Picture.of(PillowResize.to(side, side, filter).apply(cut.pixels()));
    }

    /** A part of a picture, in pixels. */
    record Part(int left, int top, int width, int height) {}

    /** A random part of a picture of that size. */
    Part draw(int width, int height, SplittableRandom random) {
        for (int i = 0; i < TRIES; i++) {
            double area = (double) width * height * Augmenter.between(minArea, maxArea, random);
            double ratio = Augmenter.logBetween(minRatio, maxRatio, random);
            int w = (int) Math.rint(Math.sqrt(area * ratio));
            int h = (int) Math.rint(Math.sqrt(area / ratio));
            if (w > 0 && w <= width && h > 0 && h <= height) {
                return new Part(random.nextInt(width - w + 1), random.nextInt(height - h + 1), w, h);
            }
        }
        return middle(width, height);
    }

    private Part middle(int width, int height) {
        double ratio = Math.max(minRatio, Math.min(maxRatio, width / (double) height));
        int w = (int) Math.max(1, Math.min(width, Math.rint(height * ratio)));
        int h = (int) Math.max(1, Math.min(height, Math.rint(width / ratio)));
        return new Part((width - w) / 2, (height - h) / 2, w, h);
    }
}
