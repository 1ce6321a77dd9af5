package io.vitrail.vit.image;

import java.util.function.BiFunction;

/** The file formats that are read, recognised by their first bytes and never by the file's name. */
enum ImageFormat {
    JPEG(JpegHeader::read),
    PNG(PngHeader::read),
    GIF(GifHeader::read),
    BMP(BmpHeader::read),
    WEBP(WebpHeader::read),
    TIFF(TiffHeader::read);

    static final String SUPPORTED = "JPEG, PNG, GIF, BMP, WebP and TIFF are supported.";

    private final BiFunction<ImageFormat, FileBytes, ImageHeader> reader;

    ImageFormat(BiFunction<ImageFormat, FileBytes, ImageHeader> reader) {
        this.reader = reader;
    }

    /** The header of a file of this format. */
    ImageHeader header(FileBytes file) {
        return reader.apply(this, file);
    }

    /**
     * The format of a file.
     *
     * @throws ImageException if the first bytes are those of no supported format
     */
    static ImageFormat of(FileBytes file) {
        if (file.says(0, "\u00FF\u00D8\u00FF")) {
            return JPEG;
        }
        if (file.says(0, "\u0089PNG\r\n\u001A\n")) {
            return PNG;
        }
        if (file.says(0, "GIF87a") || file.says(0, "GIF89a")) {
            return GIF;
        }
        if (file.says(0, "BM")) {
            return BMP;
        }
        if (file.says(0, "RIFF") && file.says(8, "WEBP")) {
            return WEBP;
        }
        if (TiffDirectory.begins(file)) {
            return TIFF;
        }
        String what = file.size() == 0 ? "The file is empty." : "The file is no picture of a known format.";
        throw ImageException.of(what, file.name(), SUPPORTED);
    }
}
