package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import java.util.SplittableRandom;

/**
 * Mixes the pictures of a batch in pairs, first with last and so on, and their labels in the same proportion: mixup
 * (Zhang et al. 2018) blends two pictures, cutmix (Yun et al. 2019) swaps a rectangle.
 *
 * @param mixup probability that a pair is blended
 * @param cutmix probability that a pair swaps a rectangle
 * @param evenness α of the Beta(α, α) distribution of the proportion in mixup; 1 is uniform, less is less even; at most
 *     1,000,000
 */
public record Mixing(double mixup, double cutmix, double evenness) {
    /** Every picture as it is. */
    public static final Mixing NONE = new Mixing(0, 0, 1);

    private static final double MOST_EVEN = 1e6;

    public Mixing {
        Check.that(
                mixup >= 0 && cutmix >= 0 && mixup + cutmix <= 1,
                "the probabilities of mixup (%s) and cutmix (%s) must add up to at most 1",
                mixup,
                cutmix);
        Check.that(
                evenness > 0 && evenness <= MOST_EVEN,
                "evenness must be above 0 and at most %.0f, not %s",
                MOST_EVEN,
                evenness);
    }

    /**
     * In place.
     *
     * @param pixels [batch, 3, side, side]
     * @param labels [batch, classes], probabilities
     */
    void apply(float[] pixels, float[] labels, int batch, int side, SplittableRandom random) {
        for (int first = 0; first < batch / 2; first++) {
            int last = batch - 1 - first;
            double chance = random.nextDouble();
            if (chance < mixup) {
                float part = (float) beta(random);
                blend(pixels, pixels.length / batch, first, last, part);
                blend(labels, labels.length / batch, first, last, part);
            } else if (chance < mixup + cutmix) {
                float part = swap(pixels, side, first, last, random);
                blend(labels, labels.length / batch, first, last, part);
            }
        }
    }

    /** Each of the two rows gets {@code part} of the other. */
    private static void blend(float[] rows, int width, int first, int last, float part) {
        for (int i = 0; i < width; i++) {
            float a = rows[first * width + i];
            float b = rows[last * width + i];
            rows[first * width + i] = a + part * (b - a);
            rows[last * width + i] = b + part * (a - b);
        }
    }

    /** Swaps a rectangle of uniformly random area; returns the part of the area that it covers. */
    private static float swap(float[] pixels, int side, int first, int last, SplittableRandom random) {
        double length = side * Math.sqrt(random.nextDouble());
        int centreX = random.nextInt(side);
        int centreY = random.nextInt(side);
        int left = (int) Math.max(0, centreX - length / 2);
        int right = (int) Math.min(side, centreX + length / 2);
        int top = (int) Math.max(0, centreY - length / 2);
        int bottom = (int) Math.min(side, centreY + length / 2);
        int plane = side * side;
        float[] kept = new float[side];
        for (int channel = 0; channel < 3; channel++) {
            for (int y = top; y < bottom; y++) {
                int a = (first * 3 + channel) * plane + y * side + left;
                int b = (last * 3 + channel) * plane + y * side + left;
                System.arraycopy(pixels, a, kept, 0, right - left);
                System.arraycopy(pixels, b, pixels, a, right - left);
                System.arraycopy(kept, 0, pixels, b, right - left);
            }
        }
        return (right - left) * (bottom - top) / (float) plane;
    }

    /** A draw from Beta(α, α), by Jöhnk's method (1964), or for α above 1 from two gamma distributions. */
    double beta(SplittableRandom random) {
        if (evenness > 1) {
            double x = gamma(random);
            return x / (x + gamma(random));
        }
        while (true) {
            double u = random.nextDouble();
            double v = random.nextDouble();
            double x = Math.pow(u, 1 / evenness);
            double y = Math.pow(v, 1 / evenness);
            if (x + y == 0 && u > 0 && v > 0) { // too small for doubles, but their ratio isn't
                return 1 / (1 + Math.exp((Math.log(v) - Math.log(u)) / evenness));
            }
            if (x + y <= 1 && x + y > 0) {
                return x / (x + y);
            }
        }
    }

    /** A draw from Gamma(α), α at least 1 (Marsaglia and Tsang 2000, section 3). */
    private double gamma(SplittableRandom random) {
        double d = evenness - 1 / 3.0;
        while (true) {
            double x = random.nextGaussian();
            double v = Math.pow(1 + x / Math.sqrt(9 * d), 3);
            if (v > 0 && Math.log(random.nextDouble()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
                return d * v;
            }
        }
    }
}
