package io.vitrail.vit.image;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds a picture's orientation in its metadata, where Pillow's {@code exif_transpose} looks: EXIF first, then XMP. */
final class Exif {
    private static final int ORIENTATION = 0x0112;
    private static final String MARK = "Exif\0\0";

    private Exif() {}

    /** The orientation that an EXIF block names, with or without its leading mark. */
    static Orientation orientation(byte[] block) {
        FileBytes exif = new FileBytes(block, "EXIF");
        byte[] tiff = exif.says(0, MARK) ? exif.part(MARK.length(), block.length) : block;
        return Orientation.of(TiffDirectory.read(new FileBytes(tiff, "EXIF")).value(ORIENTATION, 0));
    }

    /** The orientation that an XMP packet names, as an attribute or as an element. */
    static Orientation orientationOfXmp(byte[] packet) {
        String text = new String(packet, StandardCharsets.ISO_8859_1);
        Matcher found = Pattern.compile("tiff:Orientation(?:=\"|>)([0-9])").matcher(text);
        return found.find() ? Orientation.of(found.group(1).charAt(0) - '0') : Orientation.UNKNOWN;
    }
}
