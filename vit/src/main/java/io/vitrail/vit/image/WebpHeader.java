package io.vitrail.vit.image;

/** Reads a WebP's size and orientation (RFC 9649): lossy, lossless and extended files. */
final class WebpHeader {
    private static final int FIRST_CHUNK = 12;

    private WebpHeader() {}

    static ImageHeader read(ImageFormat format, FileBytes file) {
        int content = FIRST_CHUNK + 8;
        if (file.says(FIRST_CHUNK, "VP8X")) {
            return header(format, u24(file, content + 4) + 1, u24(file, content + 7) + 1, orientation(file));
        }
        if (file.says(FIRST_CHUNK, "VP8L")) {
            long sides = file.u32Little(content + 1);
            return header(format, (sides & 0x3FFF) + 1, (sides >> 14 & 0x3FFF) + 1, Orientation.UPRIGHT);
        }
        if (file.says(FIRST_CHUNK, "VP8 ")) {
            int width = file.u16Little(content + 6) & 0x3FFF;
            return header(format, width, file.u16Little(content + 8) & 0x3FFF, Orientation.UPRIGHT);
        }
        throw file.damaged("a WebP without an image.");
    }

    private static ImageHeader header(ImageFormat format, long width, long height, Orientation orientation) {
        return new ImageHeader(format, width, height, orientation);
    }

    private static Orientation orientation(FileBytes file) {
        Orientation exif = Orientation.UNKNOWN;
        Orientation xmp = Orientation.UNKNOWN;
        long length;
        for (long at = FIRST_CHUNK; file.has(at, 8); at += 8 + length + length % 2) {
            length = file.u32Little(at + 4);
            if (file.says(at, "EXIF")) {
                exif = Exif.orientation(file.part(at + 8, length));
            } else if (file.says(at, "XMP ")) {
                xmp = Exif.orientationOfXmp(file.part(at + 8, length));
            }
        }
        return exif == Orientation.UNKNOWN ? xmp : exif;
    }

    private static long u24(FileBytes file, int at) {
        return file.u16Little(at) | (long) file.u8(at + 2) << 16;
    }
}
