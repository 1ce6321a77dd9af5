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
    private static final int BITS = 24;
    private static final int COLOUR_TYPE = 25;
    private static final int GREY = 0;
    private static final int PALETTE = 3;
    /** Bits of a sample that each colour type may have (table 11.1), as a set: 1 + 2 + 4 + 8 + 16, for example. */
    private static final int[] BIT_DEPTHS = {1 + 2 + 4 + 8 + 16, 0, 8 + 16, 1 + 2 + 4 + 8, 8 + 16, 0, 8 + 16};

    private static final String TRANSPARENCY = "tRNS";
    /** The last chunk: no content, and its checksum. */
    private static final byte[] END = {0, 0, 0, 0, 'I', 'E', 'N', 'D', (byte) 0xAE, 'B', 0x60, (byte) 0x82};

    private PngHeader() {}

    static ImageHeader read(ImageFormat format, FileBytes file) {
        if (!file.says(SIGNATURE + TYPE, "IHDR")) {
            throw file.damaged("a PNG without a header.");
        }
        int colours = file.u8(COLOUR_TYPE);
        int bits = file.u8(BITS);
        int depths = colours < BIT_DEPTHS.length ? BIT_DEPTHS[colours] : 0;
        boolean known = Integer.bitCount(bits) == 1 && (depths & bits) != 0;
        if (!known || file.u8(26) != 0 || file.u8(27) != 0 || file.u8(28) > 1) {
            throw file.damaged(
                    "a PNG of colour type " + colours + " with " + bits + " bits, or packed as none may be.");
        }
        return new ImageHeader(format, file.u32(16), file.u32(20), PngOrientation.of(file));
    }

    /** Whether a whole chunk lies there, and not the last one. */
    static boolean hasInnerChunk(FileBytes file, long at) {
        return file.has(at, AROUND_CONTENT)
                && file.has(at, AROUND_CONTENT + file.u32(at))
                && !file.says(at + TYPE, "IEND");
    }

    /** The place behind a chunk: length, type, content and checksum. */
    static long next(FileBytes file, long at) {
        return at + AROUND_CONTENT + file.u32(at);
    }

    static boolean isWideGrey(FileBytes file) {
        return file.u8(BITS) == 16 && file.u8(COLOUR_TYPE) == GREY;
    }

    /** The grey value that is transparent, as it is after decoding to 8 or 16 bits; -1 if there is none. */
    static int transparentGrey(FileBytes file) {
        long at = SIGNATURE;
        while (hasInnerChunk(file, at) && !file.says(at + TYPE, TRANSPARENCY)) {
            at = next(file, at);
        }
        if (file.u8(COLOUR_TYPE) != GREY || !hasInnerChunk(file, at)) {
            return -1;
        }
        int bits = file.u8(BITS);
        int value = file.u16(at + CONTENT);
        return bits < 8 ? value * 255 / ((1 << bits) - 1) : value;
    }

    /**
     * The file reduced to the chunks that make its pixels. Without the others a decoder that knows animations shows the
     * default image, as Pillow does (it need not be the first frame), and prints no remarks on colour profiles and texts.
     *
     * @param mode with alpha if transparency counts
     * @throws ImageException if such a chunk is cut off, or its checksum is wrong: a decoder would print that, too
     */
    static byte[] withPixelsOnly(FileBytes file, PixelMode mode) {
        ByteArrayOutputStream pixels = new ByteArrayOutputStream(file.size() + END.length);
        pixels.write(file.bytes(), 0, SIGNATURE);
        boolean empty = true;
        long at = SIGNATURE;
        for (; hasInnerChunk(file, at); at = next(file, at)) {
            if (isCritical(file, at) || mode.hasAlpha() && file.says(at + TYPE, TRANSPARENCY)) {
                checkSum(file, at);
                pixels.write(file.bytes(), (int) at, (int) (next(file, at) - at));
                empty &= !file.says(at + TYPE, "IDAT");
            }
        }
        if (empty || file.says(at + TYPE, "IDAT")) {
            throw file.cutOff();
        }
        pixels.writeBytes(END); // whole pixels are read without it, as Pillow does
        return pixels.toByteArray();
    }

    /** Whether a chunk's type begins with a capital letter (section 5.4). */
    private static boolean isCritical(FileBytes file, long at) {
        return (file.u8(at + TYPE) & 0x20) == 0;
    }

    private static void checkSum(FileBytes file, long at) {
        long next = next(file, at);
        CRC32 sum = new CRC32();
        sum.update(file.bytes(), (int) at + TYPE, (int) (next - at) - TYPE - CHECKSUM);
        if (sum.getValue() != file.u32(next - CHECKSUM)) {
            throw file.damaged("a checksum of its PNG data is wrong.");
        }
    }
}
