package io.vitrail.vit.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.InflaterInputStream;

/** Finds a PNG's orientation: in its EXIF chunk, in the text that ImageMagick stores EXIF as, or in XMP. */
final class PngOrientation {
    private static final String RAW_EXIF = "Raw profile type exif\0";
    private static final String XMP = "XML:com.adobe.xmp\0";
    /** No honest EXIF or XMP inflates to more: what goes beyond isn't read. */
    private static final int INFLATED_LIMIT = 1 << 20;

    private final FileBytes file;
    private Orientation exif = Orientation.UNKNOWN;
    private Orientation rawExif = Orientation.UNKNOWN;
    private Orientation xmp = Orientation.UNKNOWN;

    private PngOrientation(FileBytes file) {
        this.file = file;
    }

    static Orientation of(FileBytes file) {
        PngOrientation found = new PngOrientation(file);
        for (long at = PngHeader.SIGNATURE; PngHeader.hasInnerChunk(file, at); at = PngHeader.next(file, at)) {
            found.readChunk(at + PngHeader.TYPE, at + PngHeader.CONTENT, file.u32(at));
        }
        Orientation byExif = found.exif == Orientation.UNKNOWN ? found.rawExif : found.exif;
        return byExif == Orientation.UNKNOWN ? found.xmp : byExif;
    }

    private void readChunk(long type, long content, long length) {
        if (file.says(type, "eXIf")) {
            exif = Exif.orientation(file.part(content, length));
        } else if (file.says(type, "tEXt") && file.says(content, RAW_EXIF)) {
            rawExif = ofRawProfile(behind(content, length, RAW_EXIF, 0));
        } else if (file.says(type, "zTXt") && file.says(content, RAW_EXIF)) {
            rawExif = ofRawProfile(inflated(behind(content, length, RAW_EXIF, 1)));
        } else if (file.says(type, "iTXt") && file.says(content, XMP)) {
            boolean compressed = file.u8(content + XMP.length()) == 1;
            byte[] text = behind(content, length, XMP, compressed ? 4 : 0); // flag, method, two empty names
            xmp = Exif.orientationOfXmp(compressed ? inflated(text) : text);
        }
    }

    private byte[] behind(long content, long length, String keyword, int more) {
        int skipped = keyword.length() + more;
        return file.part(content + skipped, Math.max(0, length - skipped));
    }

    /** An empty line, the profile's name, its length, then its bytes in hexadecimal digits. */
    private static Orientation ofRawProfile(byte[] text) {
        String[] lines = new String(text, StandardCharsets.ISO_8859_1).split("\n");
        String digits = String.join("", Arrays.asList(lines).subList(Math.min(3, lines.length), lines.length));
        String whole = digits.strip();
        boolean readable = whole.length() % 2 == 0 && whole.chars().allMatch(c -> Character.digit(c, 16) >= 0);
        return readable ? Exif.orientation(HexFormat.of().parseHex(whole)) : Orientation.UNKNOWN;
    }

    private static byte[] inflated(byte[] compressed) {
        try (InflaterInputStream stream = new InflaterInputStream(new ByteArrayInputStream(compressed))) {
            return stream.readNBytes(INFLATED_LIMIT);
        } catch (IOException e) { // damaged metadata don't make a picture unreadable
            return new byte[0];
        }
    }
}
