package io.vitrail.vit.image;

/** Reads a Windows bitmap's header, and refuses the rare layouts whose colours the decoder would mix up. */
final class BmpHeader {
    private static final int FILE_HEADER = 14;
    private static final int OS2_HEADER = 12;
    private static final int HEADER_WITH_MASKS = 56;
    private static final int BITFIELDS = 3;

    private BmpHeader() {}

    static ImageHeader read(ImageFormat format, FileBytes file) {
        long size = file.u32Little(FILE_HEADER);
        if (size == OS2_HEADER) {
            return header(format, file.u16Little(18), file.u16Little(20), StoredSamples.EIGHT_BITS);
        }
        if (size < 40 || size > 124) {
            throw file.unsupported("A BMP with a header of " + size + " bytes");
        }
        long width = (int) file.u32Little(18);
        long height = Math.abs((long) (int) file.u32Little(22)); // negative where the top row comes first
        return header(format, width, height, samples(file));
    }

    private static ImageHeader header(ImageFormat format, long width, long height, StoredSamples samples) {
        return new ImageHeader(format, width, height, samples, Orientation.UPRIGHT);
    }

    private static StoredSamples samples(FileBytes file) {
        int bits = file.u16Little(28);
        long compression = file.u32Little(30);
        boolean masked = compression == BITFIELDS;
        if (bits == 16 && (compression == 0 || masked && masks(file, 0x7C00, 0x3E0, 0x1F))) {
            return StoredSamples.PACKED_555;
        }
        if (bits == 16 && masked && masks(file, 0xF800, 0x7E0, 0x1F)) {
            return StoredSamples.PACKED_565;
        }
        boolean plain = compression <= 2 && bits != 16 && pixelsFollowPalette(file, bits);
        boolean wholeBytes = masked && bits == 32 && (masks(file, 0xFF0000, 0xFF00, 0xFF) || masksAreKnown(file));
        if (plain || wholeBytes) {
            return StoredSamples.EIGHT_BITS;
        }
        throw file.unsupported("A BMP of " + bits + " bits a pixel with compression " + compression);
    }

    private static boolean masks(FileBytes file, long red, long green, long blue) {
        return file.u32Little(54) == red && file.u32Little(58) == green && file.u32Little(62) == blue;
    }

    /** The decoder heeds the masks of headers with room for four, if each mask is a byte. */
    private static boolean masksAreKnown(FileBytes file) {
        return file.u32Little(FILE_HEADER) >= HEADER_WITH_MASKS
                && isByte(file.u32Little(54))
                && isByte(file.u32Little(58))
                && isByte(file.u32Little(62));
    }

    private static boolean isByte(long mask) {
        return mask == 0xFF || mask == 0xFF00 || mask == 0xFF0000 || mask == 0xFF000000L;
    }

    private static boolean pixelsFollowPalette(FileBytes file, int bits) {
        long colours = bits > 8 ? 0 : file.u32Little(46) == 0 ? 1L << bits : file.u32Little(46);
        return file.u32Little(10) >= FILE_HEADER + file.u32Little(FILE_HEADER) + 4 * colours;
    }
}
