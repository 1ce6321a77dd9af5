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

    /** The picture as a mirror shows it: left and right swapped. */
    Picture mirrored() {
        byte[] swapped = new byte[rgb.length];
        for (int i = 0; i < rgb.length; i += 3) {
            int x = i / 3 % width;
            System.arraycopy(rgb, i + 3 * (width - 1 - 2 * x), swapped, i, 3);
        }
        return new Picture(width, height, swapped);
    }

    /** The rectangle of that size whose upper left corner is here; it lies within. */
    Picture cut(int left, int top, int cutWidth, int cutHeight) {
        byte[] part = new byte[3 * cutWidth * cutHeight];
        for (int y = 0; y < cutHeight; y++) {
            System.arraycopy(rgb, 3 * ((top + y) * width + left), part, 3 * y * cutWidth, 3 * cutWidth);
        }
        return new Picture(cutWidth, cutHeight, part);
    }

    static Picture of(Pixels pixels) {
        return new Picture(pixels.width(), pixels.height(), pixels.samples());
    }

    Pixels pixels() {
        return Pixels.of(PixelMode.RGB, rgb, width, height);
    }
}
