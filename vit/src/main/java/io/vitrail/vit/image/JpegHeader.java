package io.vitrail.vit.image;

import java.io.ByteArrayOutputStream;

/** Reads a JPEG's frame header and orientation: its marker segments up to the first scan (ITU-T T.81, annex B). */
final class JpegHeader {
    private static final int START_OF_SCAN = 0xDA;
    private static final int END_OF_IMAGE = 0xD9;
    private static final int APP1 = 0xE1;
    private static final int LOSSLESS = 0xC3;
    private static final String EXIF = "Exif\0\0";
    private static final String XMP = "http://ns.adobe.com/xap/1.0/\0";

    private final FileBytes file;
    /** The file up to the first scan, without the bytes that belong to no segment. */
    private final ByteArrayOutputStream segments = new ByteArrayOutputStream();

    private int scan;
    private int frame = -1;
    private boolean lossless;
    private Orientation exif = Orientation.UNKNOWN;
    private Orientation xmp = Orientation.UNKNOWN;

    private JpegHeader(FileBytes file) {
        this.file = file;
        readSegments();
    }

    static ImageHeader read(ImageFormat format, FileBytes file) {
        JpegHeader header = new JpegHeader(file);
        header.checkEnd();
        return header.toImageHeader(format);
    }

    /** The header of a file that is known to be whole. */
    static JpegHeader of(FileBytes file) {
        return new JpegHeader(file);
    }

    /** The file, or a copy without the bytes between its segments: libjpeg skips them as well, but prints a remark. */
    byte[] withoutStrayBytes() {
        if (segments.size() == scan) {
            return file.bytes();
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream(file.size());
        whole.writeBytes(segments.toByteArray());
        whole.write(file.bytes(), scan, file.size() - scan);
        return whole.toByteArray();
    }

    boolean isGrey() {
        return file.u8(frame + 5) == 1;
    }

    /** Whether samples are predicted from each other (annex H), so that there are no frequencies to leave out. */
    boolean isLossless() {
        return lossless;
    }

    static boolean isStartOfFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    /** Whether a segment follows the marker: its length in two bytes, which it counts, and its content. */
    static boolean hasLength(int marker) {
        return marker != 0x01 && (marker < 0xD0 || marker > 0xD8);
    }

    private void readSegments() {
        keep(0, 2);
        int at = 2;
        while (true) {
            int code = nextMarker(at);
            scan = code - 1;
            int marker = file.u8(code);
            if (marker == START_OF_SCAN || marker == END_OF_IMAGE) {
                return;
            }
            at = code + 1;
            if (hasLength(marker)) {
                int length = file.u16(at);
                readSegment(marker, at + 2, length - 2);
                at += Math.max(2, length);
            }
            keep(code - 1, at);
        }
    }

    private void keep(int from, int to) {
        segments.write(file.bytes(), from, Math.min(to, file.size()) - from);
    }

    /** A decoder that gets no end of the image either complains on the standard error or makes the rest up. */
    private void checkEnd() {
        int at = file.size() - 2;
        while (at > scan && !(file.u8(at) == 0xFF && file.u8(at + 1) == END_OF_IMAGE)) {
            at--;
        }
        if (at <= scan) {
            throw file.cutOff();
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
        if (isStartOfFrame(marker) && frame < 0) {
            checkCoding(marker);
            frame = at;
            lossless = marker == LOSSLESS;
        } else if (marker == APP1 && file.says(at, EXIF) && exif == Orientation.UNKNOWN) {
            exif = Exif.orientation(file.part(at + EXIF.length(), length - EXIF.length()));
        } else if (marker == APP1 && file.says(at, XMP)) {
            xmp = Exif.orientationOfXmp(file.part(at + XMP.length(), length - XMP.length()));
        }
    }

    /** Sequential, progressive and lossless, with Huffman or arithmetic coding; not hierarchical. */
    private void checkCoding(int marker) {
        int coding = marker & 0x0F;
        if (coding > 3 && coding != 9 && coding != 10) {
            throw file.unsupported("A hierarchical or lossless arithmetic JPEG");
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
        return new ImageHeader(format, file.u16(frame + 3), file.u16(frame + 1), orientation);
    }
}
