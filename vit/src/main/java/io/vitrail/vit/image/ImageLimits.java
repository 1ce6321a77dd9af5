package io.vitrail.vit.image;

import io.vitrail.transformer.Check;
import java.util.Locale;

/**
 * What is refused before memory is taken for it.
 *
 * @param bytes of the encoded file
 * @param pixels width times height, as the file's header states them; each takes 3 bytes in the end, and several times
 *     that while it is decoded. More than 536,870,909 are never read: 4 samples of each have to fit in an array of Java
 */
public record ImageLimits(long bytes, long pixels) {
    /** 256 MB, and Pillow's limit: twice the pixels that fill a quarter of a gigabyte at three bytes each. */
    public static final ImageLimits DEFAULT = new ImageLimits(256L << 20, 2 * ((1L << 28) / 3));

    private static final long MAXIMAL_PIXELS = Pixels.MAXIMAL_SAMPLES / 4;

    public ImageLimits {
        Check.that(bytes > 0 && pixels > 0, "Limits must be positive, not %d bytes and %d pixels.", bytes, pixels);
    }

    void checkBytes(long size, String name) {
        if (size > bytes) {
            throw ImageException.of(
                    String.format(Locale.ROOT, "The file has more than %,d bytes.", bytes),
                    name,
                    "store the picture smaller.");
        }
    }

    void checkPixels(long width, long height, String name) {
        if (width <= 0 || height <= 0) {
            throw ImageException.of(
                    String.format("The file states a picture of %d x %d pixels.", width, height),
                    name,
                    "the file is damaged: get it again from its source.");
        }
        long limit = Math.min(pixels, MAXIMAL_PIXELS);
        if (width > limit / height) {
            throw ImageException.of(
                    String.format(
                            Locale.ROOT, "The picture has %d x %d pixels; the limit is %,d.", width, height, limit),
                    name,
                    "scale the picture down first.");
        }
    }
}
