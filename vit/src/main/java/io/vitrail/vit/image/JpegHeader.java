package io.vitrail.vit.image;

/** Reads a JPEG's frame header and orientation: its marker segments up to the first scan (ITU-T T.81, annex B). */
final class JpegHeader {
    private static final int START_OF_SCAN = 0xDA;
    private static final int END_OF_IMAGE = 0xD9;
    private static final int APP1 = 0xE1;
    private static final String EXIF = "Exif\0\0";
    private static final String XMP = "http://ns.adobe.com/xap/1.0/\0";

    private final FileBytes file;
    private int frame = -1;
    private Orientation exif = Orientation.UNKNOWN;
    private Orientation xmp = Orientation.UNKNOWN;

    private JpegHeader(FileBytes file) {
        this.file = file;
    }

    static ImageHeader read(ImageFormat format, FileBytes file) {
        JpegHeader header = new JpegHeader(file);
        header.readSegments();
        return header.toImageHeader(format);
    }

    private void readSegments() {
        int at = 2;
        while (true) {
            at = nextMarker(at);
            int marker = file.u8(at);
            if (marker == START_OF_SCAN || marker == END_OF_IMAGE) {
                return;
            }
            at++;
            if (marker != 0x01 && (marker < 0xD0 || marker > 0xD8)) {
                int length = file.u16(at);
                readSegment(marker, at + 2, length - 2);
                at += Math.max(2, length);
            }
        }
    }

    /** The place of the next marker's code. Bytes that belong to no segment are skipped, as libjpeg does. */
    private int nextMarker(int at) {
        while (file.u8(at) != 0xFF || file.u8(at + 1) == 0 || file.u8(at + 1) == 0xFF) {
            at++;
        }
        return at + 1;
    }

    private void readSegment(int marker, int at, int length) {
        boolean startOfFrame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (startOfFrame && frame < 0) {
            checkCoding(marker);
            frame = at;
        } else if (marker == APP1 && file.says(at, EXIF) && exif == Orientation.UNKNOWN) {
            exif = Exif.orientation(file.part(at + EXIF.length(), length - EXIF.length()));
        } else if (marker == APP1 && file.says(at, XMP)) {
            xmp = Exif.orientationOfXmp(file.part(at + XMP.length(), length - XMP.length()));
        }
    }

    /** Sequential and progressive, with Huffman or arithmetic coding; neither lossless nor hierarchical. */
    private void checkCoding(int marker) {
        int coding = marker & 0x0F;
        if (coding != 0 && coding != 1 && coding != 2 && coding != 9 && coding != 10) {
            throw file.unsupported("A lossless or hierarchical JPEG");
        }
    }

    private ImageHeader toImageHeader(ImageFormat format) {
        if (frame < 0) {
            throw file.damaged("a JPEG without a frame header.");
        }
        int bits = file.u8(frame);
        int components = file.u8(frame + 5);
        if (bits != 8) {
            throw file.unsupported("A JPEG of " + bits + " bits a sample");
        }
        if (components != 1 && components != 3 && components != 4) {
            throw file.unsupported("A JPEG of " + components + " components");
        }
        Orientation orientation = exif == Orientation.UNKNOWN ? xmp : exif;
        return new ImageHeader(format, file.u16(frame + 3), file.u16(frame + 1), StoredSamples.EIGHT_BITS, orientation);
    }
}
