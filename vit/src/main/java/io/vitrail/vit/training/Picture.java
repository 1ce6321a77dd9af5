package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import io.vitrail.vit.image.PixelMode;
import io.vitrail.vit.image.Pixels;

/**
 * A decoded picture, upright, kept in memory during training.
 *
 * @param rgb red, green and blue of each pixel, row by row; not copied, not to be changed
 */
public record Picture(int width, int height, byte[] rgb) {
    public Picture {
        Check.that(width > 0 && height > 0, "a picture needs a width and a height, not %d x %d", width, height);
        Check.that(
                rgb.length == 3 * width * height,
                "a picture of %d x %d pixels has %d bytes, not %d",
                width,
                height,
                3 * width * height,
                rgb.length);
    }

    /** The length of the shorter side. */
    public int shortSide() {
        return Math.min(width, height);
    }

    static Picture of(Pixels pixels) {
        return new Picture(pixels.width(), pixels.height(), pixels.samples());
    }

    Pixels pixels() {
        return Pixels.of(PixelMode.RGB, rgb, width, height);
    }
}
