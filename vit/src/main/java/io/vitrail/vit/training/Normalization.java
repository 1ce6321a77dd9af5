package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import java.util.List;

/**
 * Pixels to the model's numbers: (value / 255 - mean) / deviation, by channel.
 *
 * @param mean of red, green and blue, in 0 to 1
 * @param deviation of the same
 */
public record Normalization(List<Double> mean, List<Double> deviation) {
    /** From -1 to 1, as ViT's own checkpoints have it. */
    public static final Normalization SYMMETRIC = new Normalization(List.of(0.5, 0.5, 0.5), List.of(0.5, 0.5, 0.5));

    public Normalization {
        Check.that(
                mean.size() == 3 && deviation.size() == 3, "mean %s and deviation %s need 3 channels", mean, deviation);
        Check.that(deviation.stream().allMatch(d -> d > 0), "deviations must be positive: %s", deviation);
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
    }

    /** A square picture to [3, side, side]. */
    void toPlanes(Picture square, float[] target, int offset) {
        float[] rgb = new float[square.rgb().length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = square.rgb()[i] & 0xff;
        }
        toPlanes(rgb, false, square.width(), target, offset);
    }

    /**
     * From red, green, blue of each pixel (0 to 255) of a square to [3, side, side], perhaps mirrored left to right.
     */
    void toPlanes(float[] rgb, boolean mirrored, int side, float[] target, int offset) {
        for (int channel = 0; channel < 3; channel++) {
            float factor = (float) (1 / (255 * deviation.get(channel)));
            float shift = (float) (-mean.get(channel) / deviation.get(channel));
            int out = offset + channel * side * side;
            for (int y = 0; y < side; y++) {
                int in = 3 * (y * side + (mirrored ? side - 1 : 0)) + channel;
                int step = mirrored ? -3 : 3;
                for (int x = 0; x < side; x++, in += step) {
                    target[out++] = factor * rgb[in] + shift;
                }
            }
        }
    }
}
