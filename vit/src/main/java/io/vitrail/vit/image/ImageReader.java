package io.vitrail.vit.image;

import io.vitrail.transformer.Check;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * Reads pictures with settings of one's own; {@link Image#fromFile} and its sisters use {@link #DEFAULT}, which gives
 * the pixels of transformers' {@code load_image}.
 *
 * <pre>{@code
 * ImageReader reader = ImageReader.DEFAULT.withBackground(0xFFFFFF).withLimits(new ImageLimits(20 << 20, 50_000_000));
 * Image logo = reader.fromFile(Path.of("logo.png"));
 * }</pre>
 *
 * <p>Immutable; any thread may use it.
 *
 * @param limits what is refused before memory is taken for it
 * @param background a colour, 0xRRGGBB, that transparent pixels are laid over; without it transparency is dropped, and
 *     the pixels have the colours that the file holds for them
 * @param wideGrey what becomes of grey samples of 16 bits
 * @param jpegSide where the shorter side of a JPEG keeps that many pixels, it is decoded at a half, a quarter or an
 *     eighth of its size: quicker, but with other pixels, and a smaller {@link Image}
 */
public record ImageReader(ImageLimits limits, OptionalInt background, WideGrey wideGrey, int jpegSide) {
    /** The pixels of transformers' {@code load_image}, within {@link ImageLimits#DEFAULT}. */
    public static final ImageReader DEFAULT =
            new ImageReader(ImageLimits.DEFAULT, OptionalInt.empty(), WideGrey.CLIPPED, Integer.MAX_VALUE);

    public ImageReader {
        Check.that(background.orElse(0) >>> 24 == 0, "A background is 0xRRGGBB, not 0x%X.", background.orElse(0));
        Check.that(jpegSide >= 1, "A JPEG's shorter side must keep at least 1 pixel, not %d.", jpegSide);
    }

    public ImageReader withLimits(ImageLimits other) {
        return new ImageReader(other, background, wideGrey, jpegSide);
    }

    /** Lays transparent pixels over a colour, 0xRRGGBB. */
    public ImageReader withBackground(int rgb) {
        return new ImageReader(limits, OptionalInt.of(rgb), wideGrey, jpegSide);
    }

    public ImageReader withWideGrey(WideGrey other) {
        return new ImageReader(limits, background, other, jpegSide);
    }

    /** Decodes JPEGs smaller; the side should be at least twice what the model takes, or pictures become coarser. */
    public ImageReader withJpegSide(int pixels) {
        return new ImageReader(limits, background, wideGrey, pixels);
    }

    /**
     * A picture from a file.
     *
     * @throws ImageException if the file is missing, damaged, cut off, too large or no supported picture
     */
    public Image fromFile(Path file) {
        return decode(source().read(file));
    }

    /**
     * A picture at a {@code file:}, {@code http:}, {@code https:} or {@code data:} address. A download may take 30
     * seconds without a byte, and two minutes in all.
     *
     * @throws ImageException if it can't be fetched or decoded
     */
    public Image fromUri(URI uri) {
        return decode(source().read(uri));
    }

    /**
     * Reads the stream to its end, and leaves it open.
     *
     * @throws ImageException if it holds no supported picture
     */
    public Image fromStream(InputStream stream) {
        return decode(source().read(stream, "stream"));
    }

    /**
     * A picture from the content of a file.
     *
     * @throws ImageException if it is no supported picture
     */
    public Image fromBytes(byte[] file) {
        return decode(new FileBytes(file, "bytes"));
    }

    private ImageSource source() {
        return new ImageSource(limits, ImageSource.TIME_OUT_MILLIS);
    }

    private Image decode(FileBytes file) {
        return Image.of(new ImageDecoder(this).decode(file));
    }
}
