package io.vitrail.vit.image;

import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Reads what the samples of a TIFF's first picture mean (TIFF 6.0), and refuses what Pillow refuses.
 *
 * @param colours how the first samples of a pixel make its colour
 * @param bits of a sample
 * @param integers whether samples are whole numbers without a sign
 * @param alpha what follows the colour's samples
 * @param palette red, then green, then blue of each colour, in 16 bits; empty where there is none
 */
record TiffHeader(TiffColours colours, int bits, boolean integers, Alpha alpha, long[] palette) {
    private static final int WIDTH = 256;
    private static final int HEIGHT = 257;
    private static final int BITS = 258;
    private static final int COMPRESSION = 259;
    private static final int PHOTOMETRIC = 262;
    private static final int ORIENTATION = 274;
    private static final int STRIPS = 273;
    private static final int SAMPLES = 277;
    private static final int ROWS_OF_STRIP = 278;
    private static final int PALETTE = 320;
    private static final int TILE_WIDTH = 322;
    private static final int TILE_HEIGHT = 323;
    private static final int TILES = 324;
    private static final int EXTRA_SAMPLES = 338;
    private static final int SAMPLE_FORMAT = 339;
    private static final int TABLES = 347;
    private static final int WHOLE_JPEG = 513;
    private static final int YCBCR_COEFFICIENTS = 529;
    private static final int REFERENCE_BLACK_WHITE = 532;

    private static final int OLD_JPEG = 6;
    private static final int JPEG = 7;
    private static final int YCBCR = 6;
    /** Pillow's limit. */
    private static final int MAXIMAL_SAMPLES = 6;
    /** Far more than the side of any sensible tile: a decoder takes memory for one. */
    private static final int MAXIMAL_TILE = 1 << 15;

    /** What the first sample behind the colour's is. */
    enum Alpha {
        NONE,
        /** Colours are stored as they are. */
        SEPARATE,
        /** Colours are stored multiplied by it. */
        PREMULTIPLIED
    }

    static ImageHeader read(ImageFormat format, FileBytes file) {
        TiffDirectory directory = TiffDirectory.read(file);
        read(directory, file);
        checkJpegs(directory, file);
        Orientation orientation = Orientation.of(directory.value(ORIENTATION, 0));
        return new ImageHeader(format, directory.value(WIDTH, 0), directory.value(HEIGHT, 0), orientation);
    }

    static TiffHeader read(FileBytes file) {
        return read(TiffDirectory.read(file), file);
    }

    /**
     * The file with nothing in its directory but what makes the first picture's pixels. A decoder that reads all
     * entries first can't be led astray by others: long ones, twice the same, further directories within or behind.
     *
     * @throws ImageException if the directory is cut off
     */
    static FileBytes withPixelsOnly(FileBytes file) {
        return TiffDirectory.read(file).withOnly(TiffHeader::isOfPixels, TiffHeader::isOfOtherValues);
    }

    /** Bytes and fractions. */
    private static boolean isOfOtherValues(int tag) {
        return tag == TABLES || tag == YCBCR_COEFFICIENTS || tag == REFERENCE_BLACK_WHITE;
    }

    /** Whether decoding needs an entry of whole numbers (TIFF 6.0, appendix A, and its technical note 2). */
    private static boolean isOfPixels(int tag) {
        return switch (tag) {
            case WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, SAMPLES, PALETTE, EXTRA_SAMPLES, SAMPLE_FORMAT -> true;
            case STRIPS, ROWS_OF_STRIP, 279, 284, TILE_WIDTH, TILE_HEIGHT, TILES, 325 -> true; // 284: planes
            case 266, 292, 293, 317 -> true; // order of bits, fax, differences
            case 512, WHOLE_JPEG, 514, 519, 520, 521 -> true; // JPEG
            case 530, 531 -> true; // YCbCr
            default -> false;
        };
    }

    private static TiffHeader read(TiffDirectory directory, FileBytes file) {
        if (!directory.has(WIDTH) || !directory.has(HEIGHT)) {
            throw file.damaged("a TIFF whose directory is incomplete, or cut off.");
        }
        boolean oldJpeg = directory.value(COMPRESSION, 1) == OLD_JPEG;
        long photometric = oldJpeg ? YCBCR : directory.value(PHOTOMETRIC, 0);
        long samples = directory.value(SAMPLES, oldJpeg ? 3 : 1);
        long bits = directory.value(BITS, 1);
        long sampleFormat = directory.value(SAMPLE_FORMAT, 1);
        boolean reasonable = samples >= 1
                && samples <= MAXIMAL_SAMPLES
                && Math.max(directory.value(TILE_WIDTH, 1), directory.value(TILE_HEIGHT, 1)) <= MAXIMAL_TILE;
        TiffColours colours = TiffColours.of(photometric)
                .filter(known -> reasonable && known.isKnown(samples, bits, sampleFormat))
                .orElseThrow(() -> file.unsupported(String.format(
                        "A TIFF of photometric interpretation %d with %d samples of %d bits",
                        photometric, samples, bits)));
        Alpha alpha = samples > colours.samples() ? alpha(directory.value(EXTRA_SAMPLES, 2)) : Alpha.NONE;
        boolean integers = sampleFormat == 1 && bits <= 16;
        return new TiffHeader(colours, (int) bits, integers, alpha, directory.values(PALETTE));
    }

    /** Old streams may hold the whole picture, wherever they begin. */
    private static void checkJpegs(TiffDirectory directory, FileBytes file) {
        long width = directory.value(WIDTH, 0);
        long height = directory.value(HEIGHT, 0);
        long compression = directory.value(COMPRESSION, 1);
        if (compression == OLD_JPEG) {
            LongStream places = IntStream.of(WHOLE_JPEG, STRIPS, TILES)
                    .mapToObj(directory::each)
                    .flatMapToLong(p -> p);
            TiffJpegs.check(file, places, width, height);
        } else if (compression == JPEG) {
            long rows = Math.min(height, directory.value(ROWS_OF_STRIP, height));
            TiffJpegs.check(file, directory.each(STRIPS), width, rows);
            TiffJpegs.check(
                    file, directory.each(TILES), directory.value(TILE_WIDTH, 0), directory.value(TILE_HEIGHT, 0));
        }
    }

    private static Alpha alpha(long extraSample) {
        return extraSample == 0 ? Alpha.NONE : extraSample == 1 ? Alpha.PREMULTIPLIED : Alpha.SEPARATE;
    }
}
