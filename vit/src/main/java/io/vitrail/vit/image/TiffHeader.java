package io.vitrail.vit.image;

/**
 * Reads the header of a TIFF's first picture (TIFF 6.0), and refuses the kinds that the decoder turns into other
 * colours than Pillow does. The decoder applies the orientation of a TIFF itself.
 */
final class TiffHeader {
    private static final int WIDTH = 256;
    private static final int HEIGHT = 257;
    private static final int BITS = 258;
    private static final int PHOTOMETRIC = 262;
    private static final int SAMPLES = 277;
    private static final int PLANES = 284;
    private static final int SAMPLE_FORMAT = 339;
    private static final int GREY_FROM_BLACK = 1;
    private static final int RGB = 2;
    private static final int CMYK = 5;
    private static final int YCBCR = 6;

    private TiffHeader() {}

    static ImageHeader read(ImageFormat format, FileBytes file) {
        TiffDirectory directory = TiffDirectory.read(file.bytes());
        long width = directory.value(WIDTH, 0);
        long height = directory.value(HEIGHT, 0);
        if (width == 0 || height == 0 || directory.value(PHOTOMETRIC, -1) < 0) {
            throw file.damaged("a TIFF whose directory is incomplete, or cut off.");
        }
        return new ImageHeader(format, width, height, samples(directory, file), Orientation.UPRIGHT);
    }

    private static StoredSamples samples(TiffDirectory directory, FileBytes file) {
        long kind = directory.value(PHOTOMETRIC, -1);
        long samples = directory.value(SAMPLES, 1);
        long bits = directory.value(BITS, 1);
        long expected = kind == RGB || kind == YCBCR ? 3 : kind == CMYK ? 4 : 1;
        boolean known = kind >= 0 && kind <= YCBCR && kind != 4 && directory.value(SAMPLE_FORMAT, 1) == 1;
        if (known && samples == expected) {
            if (bits == 8 || bits == 1 && samples == 1) {
                return StoredSamples.EIGHT_BITS;
            }
            boolean separate = directory.value(PLANES, 1) == 2;
            if (bits == 16 && !separate && (kind == GREY_FROM_BLACK || kind == RGB)) {
                return kind == RGB ? StoredSamples.COLOUR_16 : StoredSamples.GREY_16;
            }
        }
        throw file.unsupported(String.format(
                "A TIFF of photometric interpretation %d with %d samples of %d bits", kind, samples, bits));
    }
}
