package io.vitrail.vit.image;

import io.vitrail.transformer.Check;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;

/** A rectangle of samples of 8 bits, row by row, the samples of a pixel side by side. Immutable, on the Java heap. */
public final class Pixels {
    private static final int OPAQUE = 255;
    /** What fits in an array of Java. */
    static final int MAXIMAL_SAMPLES = Integer.MAX_VALUE - 8;

    private final PixelMode mode;
    private final byte[] samples;
    private final int width;
    private final int height;

    /** Takes the array over: whoever calls this must not write to it again. */
    Pixels(PixelMode mode, byte[] samples, int width, int height) {
        this.mode = mode;
        this.samples = samples;
        this.width = width;
        this.height = height;
    }

    /**
     * Pixels of a copy of these samples.
     *
     * @throws IllegalArgumentException if the number of samples isn't width × height × channels
     */
    public static Pixels of(PixelMode mode, byte[] samples, int width, int height) {
        Check.that(width > 0 && height > 0, "Width (%d) and height (%d) must be positive.", width, height);
        long expected = (long) width * height * mode.channels();
        Check.that(
                samples.length == expected,
                "%d samples don't make %d x %d pixels of %d channels: that takes %d.",
                samples.length,
                width,
                height,
                mode.channels(),
                expected);
        return new Pixels(mode, samples.clone(), width, height);
    }

    /**
     * The picture of a file as it is stored, not turned upright, converted to a mode as Pillow's {@code convert} does.
     *
     * @throws ImageException if the file can't be read
     */
    public static Pixels fromFile(Path file, PixelMode mode) {
        return ImageDecoder.DEFAULT.decodeStored(ImageSource.DEFAULT.read(file), mode);
    }

    /** What the samples of a pixel mean. */
    public PixelMode mode() {
        return mode;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** Samples per pixel. */
    public int channels() {
        return mode.channels();
    }

    /** A copy of the samples, unsigned. */
    public byte[] samples() {
        return samples.clone();
    }

    /** An array for that many samples. */
    static byte[] room(int width, int height, int channels) {
        long samples = (long) width * height * channels;
        Check.that(samples <= MAXIMAL_SAMPLES, "A picture of %d x %d pixels is too large.", width, height);
        return new byte[(int) samples];
    }

    /** The samples themselves, to be read only. */
    byte[] raw() {
        return samples;
    }

    /** Samples in a row. */
    int stride() {
        return width * mode.channels();
    }

    /**
     * The same picture in another mode: alpha is dropped, not blended; grey is repeated; colours become luma (ITU-R
     * 601-2).
     */
    public Pixels to(PixelMode target) {
        if (target == mode) {
            return this;
        }
        int from = mode.channels();
        int to = target.channels();
        byte[] converted = room(width, height, to);
        for (int pixel = 0; pixel < width * height; pixel++) {
            int at = pixel * from;
            int out = pixel * to;
            if (target.isGrey()) {
                converted[out] = mode.isGrey() ? samples[at] : luma(at);
            } else {
                converted[out] = samples[at];
                converted[out + 1] = samples[mode.isGrey() ? at : at + 1];
                converted[out + 2] = samples[mode.isGrey() ? at : at + 2];
            }
            if (target.hasAlpha()) {
                converted[out + to - 1] = mode.hasAlpha() ? samples[at + from - 1] : (byte) OPAQUE;
            }
        }
        return new Pixels(target, converted, width, height);
    }

    /** An opaque picture with this opacity of each pixel. */
    Pixels withAlpha(byte[] opacity) {
        PixelMode target = mode.isGrey() ? PixelMode.GREY_ALPHA : PixelMode.RGBA;
        byte[] converted = to(target).samples;
        for (int pixel = 0; pixel < opacity.length; pixel++) {
            converted[(pixel + 1) * target.channels() - 1] = opacity[pixel];
        }
        return new Pixels(target, converted, width, height);
    }

    /** The picture laid over a colour, 0xRRGGBB, as Pillow's {@code paste} with a mask does; without one, this. */
    Pixels over(OptionalInt background) {
        if (background.isEmpty() || !mode.hasAlpha()) {
            return this;
        }
        byte[] from = to(PixelMode.RGBA).samples;
        byte[] rgb = room(width, height, 3);
        for (int pixel = 0; pixel < width * height; pixel++) {
            int opacity = from[4 * pixel + 3] & 0xFF;
            for (int c = 0; c < 3; c++) {
                int behind = background.getAsInt() >> 16 - 8 * c & 0xFF;
                int blend = (from[4 * pixel + c] & 0xFF) * opacity + behind * (OPAQUE - opacity) + 128;
                rgb[3 * pixel + c] = (byte) (blend + (blend >> 8) >> 8); // blend / 255, rounded
            }
        }
        return new Pixels(PixelMode.RGB, rgb, width, height);
    }

    private byte luma(int at) {
        int red = samples[at] & 0xFF;
        int green = samples[at + 1] & 0xFF;
        int blue = samples[at + 2] & 0xFF;
        return (byte) (red * 19595 + green * 38470 + blue * 7471 + 0x8000 >> 16);
    }

    /** The rectangle of that size whose upper left corner is here; it lies within. */
    Pixels crop(int left, int top, int cropWidth, int cropHeight) {
        if (cropWidth == width && cropHeight == height) {
            return this;
        }
        int row = cropWidth * channels();
        byte[] cropped = room(cropWidth, cropHeight, channels());
        for (int y = 0; y < cropHeight; y++) {
            System.arraycopy(samples, (top + y) * stride() + left * channels(), cropped, y * row, row);
        }
        return new Pixels(mode, cropped, cropWidth, cropHeight);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Pixels that
                && that.mode == mode
                && that.width == width
                && that.height == height
                && Arrays.equals(that.samples, samples);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * width + height) + Arrays.hashCode(samples);
    }

    @Override
    public String toString() {
        return String.format("%d x %d pixels, %s", width, height, mode);
    }
}
