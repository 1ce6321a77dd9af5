package io.vitrail.vit.image;

import io.vitrail.transformer.Check;
import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * A picture: upright, RGB, 8 bits a sample. What every image model of this library takes, and the same pixels as
 * transformers' {@code load_image} gives: the EXIF orientation is applied, transparency is dropped and not blended,
 * palettes are expanded, grey is repeated.
 *
 * <p>Immutable and on the Java heap: there is nothing to close, and any thread may use it. JPEG, PNG, GIF, BMP, WebP
 * and TIFF are read, of animations the first picture. Files of more than 256 MB or 178,956,970 pixels (Pillow's limit)
 * are refused before memory is taken. {@link ImageReader} reads with other limits, or lays transparency over a colour.
 */
public final class Image {
    private final Pixels pixels;

    private Image(Pixels pixels) {
        this.pixels = pixels;
    }

    /**
     * A picture from a file.
     *
     * @throws ImageException if the file is missing, damaged, cut off, too large or no supported picture
     */
    public static Image fromFile(Path file) {
        return ImageReader.DEFAULT.fromFile(file);
    }

    /**
     * A picture at a {@code file:}, {@code http:}, {@code https:} or {@code data:} address. A download may take 30
     * seconds without a byte, and two minutes in all.
     *
     * @throws ImageException if it can't be fetched or decoded
     */
    public static Image fromUri(URI uri) {
        return ImageReader.DEFAULT.fromUri(uri);
    }

    /**
     * Reads the stream to its end, and leaves it open.
     *
     * @throws ImageException if it holds no supported picture
     */
    public static Image fromStream(InputStream stream) {
        return ImageReader.DEFAULT.fromStream(stream);
    }

    /**
     * A picture from the content of a file.
     *
     * @throws ImageException if it is no supported picture
     */
    public static Image fromBytes(byte[] file) {
        return ImageReader.DEFAULT.fromBytes(file);
    }

    /**
     * A picture of Java's desktop classes; its pixels are copied.
     *
     * @throws IllegalArgumentException if it has more than 8 bits a sample
     */
    public static Image fromBufferedImage(BufferedImage image) {
        return new Image(DesktopPixels.read(image));
    }

    /**
     * A matrix as OpenCV's decoders give it: 8 bits, grey, BGR or BGRA. Its pixels are copied; the caller still closes
     * it.
     *
     * @throws IllegalArgumentException if it is empty or of another type
     */
    public static Image fromMat(Mat mat) {
        Check.that(!mat.empty(), "The matrix is empty.");
        Check.that(
                MatPixels.isSupported(mat),
                "A matrix of %d channels and OpenCV depth %d is not supported; supported are 1 (grey), 3 (BGR) and 4 "
                        + "(BGRA) channels of 8 bits.",
                mat.channels(),
                mat.depth());
        return new Image(MatPixels.read(mat, WideGrey.CLIPPED, false).to(PixelMode.RGB));
    }

    /**
     * A picture of a copy of these samples.
     *
     * @param rgb row by row, red, green and blue of each pixel, unsigned
     */
    public static Image fromPixels(byte[] rgb, int width, int height) {
        return new Image(Pixels.of(PixelMode.RGB, rgb, width, height));
    }

    /** @param rgb mode RGB */
    static Image of(Pixels rgb) {
        return new Image(rgb);
    }

    public int width() {
        return pixels.width();
    }

    public int height() {
        return pixels.height();
    }

    /**
     * A part of this picture, copied.
     *
     * @param left columns to the left of the part
     * @param top rows above the part
     * @throws IllegalArgumentException if the part is empty or reaches beyond the picture
     */
    public Image crop(int left, int top, int width, int height) {
        boolean inside = left >= 0 && top >= 0 && width <= width() - left && height <= height() - top;
        Check.that(
                width > 0 && height > 0 && inside,
                "A part of %d × %d pixels at column %d, row %d doesn't lie in a picture of %d × %d (width × height).",
                width,
                height,
                left,
                top,
                width(),
                height());
        return new Image(pixels.crop(left, top, width, height));
    }

    /** The pixels, mode RGB. */
    public Pixels pixels() {
        return pixels;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Image that && that.pixels.equals(pixels);
    }

    @Override
    public int hashCode() {
        return pixels.hashCode();
    }

    @Override
    public String toString() {
        return "Image of " + pixels;
    }
}
