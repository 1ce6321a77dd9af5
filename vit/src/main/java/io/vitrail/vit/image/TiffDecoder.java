package io.vitrail.vit.image;

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import java.awt.image.Raster;
import java.io.IOException;
import javax.imageio.IIOException;
import javax.imageio.ImageReader;

/**
 * Has TwelveMonkeys decode a TIFF's first picture to its stored samples, and makes colours of them as Pillow does.
 * (OpenCV refuses many kinds of TIFF, and gives some other colours.)
 */
final class TiffDecoder {
    private final TiffHeader header;
    private final WideGrey wideGrey;

    private TiffDecoder(TiffHeader header, WideGrey wideGrey) {
        this.header = header;
        this.wideGrey = wideGrey;
    }

    /** RGB, or RGBA if the file says that it has alpha. */
    static Pixels decode(FileBytes file, ImageHeader sides, WideGrey wideGrey) {
        FileBytes picture = TiffHeader.withPixelsOnly(file);
        TiffDecoder decoder = new TiffDecoder(TiffHeader.read(picture), wideGrey);
        return decoder.pixels(decoder.raster(picture, sides));
    }

    private Raster raster(FileBytes file, ImageHeader sides) {
        ImageReader reader = new TIFFImageReaderSpi().createReaderInstance(null);
        try (ByteArrayImageInputStream stream = new ByteArrayImageInputStream(file.bytes())) {
            reader.setInput(stream);
            if (reader.getWidth(0) != sides.width() || reader.getHeight(0) != sides.height()) {
                throw new IIOException("The decoder finds other sides than the header.");
            }
            boolean converts = header.colours() == TiffColours.YCBCR;
            return converts ? reader.read(0).getRaster() : reader.readRaster(0, null);
        } catch (IOException | RuntimeException e) { // damaged files make it fail in many ways
            throw ImageException.of(
                    "The TIFF data can't be decoded, or are cut off.",
                    file.name(),
                    "get the file again from its source, or convert it: " + ImageFormat.SUPPORTED,
                    e);
        } finally {
            reader.dispose();
        }
    }

    private Pixels pixels(Raster raster) {
        int width = raster.getWidth();
        int bands = raster.getNumBands();
        PixelMode mode = hasAlpha(bands) ? PixelMode.RGBA : PixelMode.RGB;
        byte[] samples = Pixels.room(width, raster.getHeight(), mode.channels());
        int[] pixel = new int[Math.max(bands, 4)];
        for (int y = 0; y < raster.getHeight(); y++) {
            int[] row = raster.getPixels(0, y, width, 1, (int[]) null);
            for (int x = 0; x < width; x++) {
                System.arraycopy(row, x * bands, pixel, 0, bands);
                convert(pixel, bands);
                for (int c = 0; c < mode.channels(); c++) {
                    samples[(y * width + x) * mode.channels() + c] = (byte) pixel[c];
                }
            }
        }
        return new Pixels(mode, samples, width, raster.getHeight());
    }

    private boolean hasAlpha(int bands) {
        return header.alpha() != TiffHeader.Alpha.NONE
                && bands > header.colours().samples();
    }

    /** Makes red, green, blue, and opacity where there is any, of stored samples. */
    private void convert(int[] pixel, int bands) {
        TiffColours colours = header.colours();
        if (colours == TiffColours.PALETTE) {
            lookUp(pixel);
            return;
        }
        for (int i = 0; i < bands; i++) {
            pixel[i] = narrow(pixel[i]);
        }
        if (isInverted()) {
            pixel[0] = 255 - pixel[0];
        }
        int opacity = pixel[Math.min(colours.samples(), bands - 1)];
        (bands == 1 && !colours.isGrey() ? TiffColours.BLACK_IS_ZERO : colours).toRgb(pixel);
        if (header.alpha() == TiffHeader.Alpha.PREMULTIPLIED && opacity > 0 && hasAlpha(bands)) {
            for (int c = 0; c < 3; c++) {
                pixel[c] = Math.min(255, 255 * pixel[c] / opacity);
            }
        }
        pixel[3] = opacity;
    }

    /** Palettes have 16 bits a sample, of which Pillow takes the upper 8. */
    private void lookUp(int[] pixel) {
        int colour = pixel[0];
        int colours = header.palette().length / 3;
        pixel[3] = pixel[1];
        for (int c = 0; c < 3; c++) {
            pixel[c] = colour < colours ? (int) (header.palette()[c * colours + colour] >> 8) : colour;
        }
    }

    /** Pillow inverts up to 8 bits only; wider samples are inverted where they are to look as in a viewer. */
    private boolean isInverted() {
        boolean shown = header.bits() <= 8 || header.integers() && wideGrey == WideGrey.SCALED;
        return header.colours() == TiffColours.WHITE_IS_ZERO && shown;
    }

    private int narrow(int sample) {
        int bits = header.bits();
        if (bits <= 8) {
            return sample * 255 / ((1 << bits) - 1);
        }
        if (!header.integers()) {
            return Math.min(255, Math.max(0, sample));
        }
        return (header.colours().isGrey() ? wideGrey : WideGrey.SCALED).narrow(sample, bits) & 0xFF;
    }
}
