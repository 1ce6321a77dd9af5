package io.vitrail.vit.image;

/**
 * Reads the header of a Windows or OS/2 bitmap.
 *
 * @param topDown whether the first row of the file is the upper one
 * @param palette place of the colour table
 * @param colours entries of that table
 * @param entry bytes of an entry: blue, green, red, and mostly one more
 * @param masks the bits of red, green, blue and alpha in a pixel of more than 8 bits
 * @param data place of the pixels
 */
record BmpHeader(
        int width,
        int height,
        boolean topDown,
        int bits,
        long compression,
        long palette,
        long colours,
        int entry,
        long[] masks,
        long data) {
    static final int RUNS_OF_4_BITS = 2;
    private static final int PLAIN = 0;
    private static final int RUNS_OF_8_BITS = 1;
    private static final int BIT_FIELDS = 3;
    private static final int FILE_HEADER = 14;
    private static final int OS2_HEADER = 12;
    private static final int MASKS = 54;

    static ImageHeader read(ImageFormat format, FileBytes file) {
        boolean old = file.u32Little(FILE_HEADER) == OS2_HEADER;
        long width = old ? file.u16Little(18) : (int) file.u32Little(18);
        long height = old ? file.u16Little(20) : Math.abs((long) (int) file.u32Little(22));
        return new ImageHeader(format, width, height, Orientation.UPRIGHT);
    }

    /** The header of a file whose sides were found reasonable. */
    static BmpHeader read(FileBytes file) {
        long size = file.u32Little(FILE_HEADER);
        if (size == OS2_HEADER) {
            return header(file, size, file.u16Little(20), file.u16Little(24), PLAIN, 0, 3);
        }
        if (size < 40 || size > 124) {
            throw file.unsupported("A BMP with a header of " + size + " bytes");
        }
        int height = (int) file.u32Little(22); // negative where the upper row comes first
        return header(file, size, height, file.u16Little(28), file.u32Little(30), file.u32Little(46), 4);
    }

    /** Whether rows of pixels follow each other as they are. */
    boolean isPlain() {
        return compression == PLAIN || compression == BIT_FIELDS;
    }

    private static BmpHeader header(
            FileBytes file, long size, int height, int bits, long compression, long stated, int entry) {
        boolean indexed = bits == 1 || bits == 4 || bits == 8;
        boolean fields = compression == BIT_FIELDS;
        long[] masks = masks(file, size, bits, fields);
        boolean known = compression == PLAIN && (indexed || bits == 16 || bits == 24 || bits == 32)
                || indexed && (compression == RUNS_OF_8_BITS || compression == RUNS_OF_4_BITS)
                || fields && (bits == 16 || bits == 24 || bits == 32) && areKnown(masks, bits);
        if (!known) {
            throw file.unsupported("A BMP of " + bits + " bits a pixel with compression " + compression);
        }
        long palette = FILE_HEADER + size;
        long colours = !indexed ? 0 : stated == 0 ? 1L << bits : stated;
        long data = file.u32Little(10);
        if (data == 0 || data == palette) { // where some writers forget the palette
            data = palette + colours * entry + (fields && size == 40 ? 12 : 0);
        }
        int width = size == OS2_HEADER ? file.u16Little(18) : (int) file.u32Little(18);
        return new BmpHeader(
                width, Math.abs(height), height < 0, bits, compression, palette, colours, entry, masks, data);
    }

    private static long[] masks(FileBytes file, long size, int bits, boolean fields) {
        if (!fields) {
            return bits == 16 ? new long[] {0x7C00, 0x3E0, 0x1F, 0} : new long[] {0xFF0000, 0xFF00, 0xFF, 0};
        }
        long alpha = size >= 56 ? file.u32Little(MASKS + 12) : 0;
        return new long[] {file.u32Little(MASKS), file.u32Little(MASKS + 4), file.u32Little(MASKS + 8), alpha};
    }

    /** Pillow's: 5 or 6 bits a colour in pixels of 16, else a byte each. */
    private static boolean areKnown(long[] masks, int bits) {
        if (bits == 16) {
            boolean has555 = masks[0] == 0x7C00 && masks[1] == 0x3E0;
            boolean has565 = masks[0] == 0xF800 && masks[1] == 0x7E0;
            return (has555 || has565) && masks[2] == 0x1F;
        }
        return isByte(masks[0]) && isByte(masks[1]) && isByte(masks[2]) && (masks[3] == 0 || isByte(masks[3]));
    }

    private static boolean isByte(long mask) {
        return mask == 0xFF || mask == 0xFF00 || mask == 0xFF0000 || mask == 0xFF000000L;
    }
}
