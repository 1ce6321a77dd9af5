package io.vitrail.vit.image;

import java.io.ByteArrayOutputStream;

/** Reads a PNG's header chunk (ISO/IEC 15948, section 5), and walks its other chunks. */
final class PngHeader {
    static final int SIGNATURE = 8;
    /** Where a chunk's type lies behind its beginning, and where its content does. */
    static final int TYPE = 4;

    static final int CONTENT = 8;
    private static final int AROUND_CONTENT = 12;
    private static final int COLOUR_TYPE = 25;
    private static final int GREY = 0;
    private static final int PALETTE = 3;

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

    /** Whether the file is an animated PNG. */
    static boolean isAnimated(FileBytes file) {
        return hasBeforePixels(file, "acTL");
    }

    /** Whether one colour of a grey or RGB picture is transparent; palettes have an opacity for each colour instead. */
    static boolean hasTransparentColour(FileBytes file) {
        return file.u8(COLOUR_TYPE) != PALETTE && hasBeforePixels(file, "tRNS");
    }

    private static boolean hasBeforePixels(FileBytes file, String chunk) {
        for (long at = SIGNATURE; !file.says(at + TYPE, "IDAT") && file.has(at, AROUND_CONTENT); at = next(file, at)) {
            if (file.says(at + TYPE, chunk)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The file without what makes it an animated PNG, so that a decoder that knows animations shows the default image:
     * that is what Pillow shows, and it need not be the first frame.
     */
    static byte[] withoutAnimation(FileBytes file) {
        ByteArrayOutputStream still = new ByteArrayOutputStream(file.size());
        still.write(file.bytes(), 0, SIGNATURE);
        long next;
        for (long at = SIGNATURE; file.has(at, AROUND_CONTENT); at = next) {
            next = next(file, at);
            long type = at + TYPE;
            if (!file.says(type, "acTL") && !file.says(type, "fcTL") && !file.says(type, "fdAT")) {
                still.write(file.bytes(), (int) at, (int) (next - at));
            }
        }
        return still.toByteArray();
    }
}
