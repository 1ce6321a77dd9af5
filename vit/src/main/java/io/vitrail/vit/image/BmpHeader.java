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

    /**
     * What OS/2's headers and Windows's hold at different places.
     *
     * @param size bytes of the header
     * @param height negative where the upper row comes first
     * @param colours entries of the colour table; 0 for all that the bits allow
     */
    private record Fields(long size, int width, int height, int bits, long compression, long colours, int entry) {
        static Fields read(FileBytes file) {
            long size = file.u32Little(FILE_HEADER);
            if (size == OS2_HEADER) {
                return new Fields(size, file.u16Little(18), file.u16Little(20), file.u16Little(24), PLAIN, 0, 3);
            }
            int width = (int) file.u32Little(18);
            int height = (int) file.u32Little(22);
            return new Fields(size, width, height, file.u16Little(28), file.u32Little(30), file.u32Little(46), 4);
        }

        boolean isIndexed() {
            return bits == 1 || bits == 4 || bits == 8;
        }

        boolean hasMasks() {
            return compression == BIT_FIELDS;
        }
    }

    static ImageHeader read(ImageFormat format, FileBytes file) {
        Fields fields = Fields.read(file);
        return new ImageHeader(format, fields.width, Math.abs((long) fields.height), Orientation.UPRIGHT);
    }

    /** The header of a file whose sides were found reasonable. */
    static BmpHeader read(FileBytes file) {
        Fields fields = Fields.read(file);
        long size = fields.size;
        if (size != OS2_HEADER && (size < 40 || size > 124)) {
            throw file.unsupported("A BMP with a header of " + size + " bytes");
        }
        long[] masks = masks(file, fields);
        int bits = fields.bits;
        if (!isKnown(fields, masks)) {
            throw file.unsupported("A BMP of " + bits + " bits a pixel with compression " + fields.compression);
        }
        long palette = FILE_HEADER + size;
        long colours = !fields.isIndexed() ? 0 : fields.colours == 0 ? 1L << bits : fields.colours;
        long data = file.u32Little(10);
        if (data == 0 || data == palette) { // where some writers forget the palette
            data = palette + colours * fields.entry + (fields.hasMasks() && size == 40 ? 12 : 0);
        }
        return new BmpHeader(
                fields.width,
                Math.abs(fields.height),
                fields.height < 0,
                bits,
                fields.compression,
                palette,
                colours,
                fields.entry,
                masks,
                data);
    }

    /** Whether rows of pixels follow each other as they are. */
    boolean isPlain() {
        return compression == PLAIN || compression == BIT_FIELDS;
    }

    private static boolean isKnown(Fields fields, long[] masks) {
        boolean direct = fields.bits == 16 || fields.bits == 24 || fields.bits == 32;
        if (fields.compression == PLAIN) {
            return fields.isIndexed() || direct;
        }
        if (fields.hasMasks()) {
            return direct && areKnown(masks, fields.bits);
        }
        return fields.isIndexed() && (fields.compression == RUNS_OF_8_BITS || fields.compression == RUNS_OF_4_BITS);
    }

    private static long[] masks(FileBytes file, Fields fields) {
        if (!fields.hasMasks()) {
            return fields.bits == 16 ? new long[] {0x7C00, 0x3E0, 0x1F, 0} : new long[] {0xFF0000, 0xFF00, 0xFF, 0};
        }
        long alpha = fields.size >= 56 ? file.u32Little(MASKS + 12) : 0;
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
