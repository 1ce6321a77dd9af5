package io.vitrail.vit.image;

import java.io.ByteArrayOutputStream;
import java.util.zip.CRC32;

/** Reads a PNG's header chunk (ISO/IEC 15948, section 5), and walks its other chunks. */
final class PngHeader {
    static final int SIGNATURE = 8;
    /** Where a chunk's type lies behind its beginning, and where its content does. */
    static final int TYPE = 4;

    static final int CONTENT = 8;
    private static final int CHECKSUM = 4;
    private static final int AROUND_CONTENT = CONTENT + CHECKSUM;
    private static final int COLOUR_TYPE = 25;
    private static final int GREY = 0;
    private static final int PALETTE = 3;
    private static final String TRANSPARENCY = "tRNS";

    private PngHeader() {}

    static ImageHeader read(ImageFormat format, FileBytes file) {
        if (!file.says(SIGNATURE + TYPE, "IHDR")) {
            throw file.damaged("a PNG without a header.");
        }
        long width = file.u32(16);
        long height = file.u32(20);
        boolean wideGrey = file.u8(24) == 16 && file.u8(COLOUR_TYPE) == GREY;
        StoredSamples samples = wideGrey ? StoredSamples.GREY_16 : StoredSamples.EIGHT_BITS;
        return new ImageHeader(format, width, height, samples, PngOrientation.of(file));
    }

    /** The place behind a chunk: length, type, content and checksum. */
    static long next(FileBytes file, long at) {
        long next = at + AROUND_CONTENT + file.u32(at);
        if (next > file.size()) {
            throw file.cutOff();
        }
        return next;
    }

    /** Whether one colour of a grey or RGB picture is transparent; palettes have an opacity for each colour instead. */
    static boolean hasTransparentColour(FileBytes file) {
        if (file.u8(COLOUR_TYPE) == PALETTE) {
            return false;
        }
        for (long at = SIGNATURE; !file.says(at + TYPE, "IDAT") && file.has(at, AROUND_CONTENT); at = next(file, at)) {
            if (file.says(at + TYPE, TRANSPARENCY)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The file reduced to the chunks that make its pixels. Without the others a decoder that knows animations shows the
     * default image, as Pillow does (it need not be the first frame), and prints no remarks on colour profiles and texts.
     *
     * @throws ImageException if the checksum of such a chunk is wrong: a decoder would print that, too
     */
    static byte[] withPixelsOnly(FileBytes file) {
        ByteArrayOutputStream pixels = new ByteArrayOutputStream(file.size());
        pixels.write(file.bytes(), 0, SIGNATURE);
        long next;
        for (long at = SIGNATURE; file.has(at, AROUND_CONTENT); at = next) {
            next = next(file, at);
            if (isCritical(file, at) || file.says(at + TYPE, TRANSPARENCY)) {
                checkSum(file, at, next);
                pixels.write(file.bytes(), (int) at, (int) (next - at));
            }
        }
        return pixels.toByteArray();
    }

    /** Whether a chunk's type begins with a capital letter (section 5.4). */
    private static boolean isCritical(FileBytes file, long at) {
        return (file.u8(at + TYPE) & 0x20) == 0;
    }

    private static void checkSum(FileBytes file, long at, long next) {
        CRC32 sum = new CRC32();
        sum.update(file.bytes(), (int) at + TYPE, (int) (next - at) - TYPE - CHECKSUM);
        if (sum.getValue() != file.u32(next - CHECKSUM)) {
            throw file.damaged("a checksum of its PNG data is wrong.");
        }
    }
}
