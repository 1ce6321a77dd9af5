package io.vitrail.vit.image;

import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR_RGB;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_UNCHANGED;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imdecode;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Turns encoded pictures into the pixels that Pillow gives: OpenCV decodes, the header decides beforehand what is too
 * large or would come out wrong. (Measured against Pillow 13 on 700 files: JPEG, PNG, WebP, GIF and BMP are equal bit
 * for bit; CMYK within 2 levels.)
 */
record ImageDecoder(ImageLimits limits) {
    static final ImageDecoder DEFAULT = new ImageDecoder(ImageLimits.DEFAULT);

    /** Which of OpenCV's builds JavaCPP loads: "-gpu" for CUDA's. */
    private static final String OPENCV_BUILD = "org.bytedeco.javacpp.platform.extension";

    static {
        // Without it JavaCPP searches for 24 CUDA libraries first: 0.4 of the 1.0 seconds until the first picture.
        if (System.getProperty(OPENCV_BUILD) == null) {
            System.setProperty(OPENCV_BUILD, "");
        }
    }

    /** The picture, upright and RGB: what transformers' {@code load_image} gives. */
    Pixels decode(FileBytes file) {
        ImageHeader header = header(file);
        return header.orientation().apply(decodeStored(file, header));
    }

    /** The picture as it is stored, in a mode. */
    Pixels decodeStored(FileBytes file, PixelMode mode) {
        ImageHeader header = header(file);
        if (mode.hasAlpha() && !isAlphaKnown(file, header.format())) {
            throw file.unsupported("The transparency of such a " + header.format());
        }
        boolean mayHaveAlpha = header.format() == ImageFormat.PNG || header.format() == ImageFormat.WEBP;
        if (mayHaveAlpha && mode != PixelMode.RGB && header.samples() == StoredSamples.EIGHT_BITS) {
            return decodeByOpenCv(file, header, IMREAD_UNCHANGED).to(mode);
        }
        return decodeStored(file, header).to(mode);
    }

    private static boolean isAlphaKnown(FileBytes file, ImageFormat format) {
        return switch (format) {
            case JPEG, WEBP -> true;
            case PNG -> !PngHeader.hasTransparentColour(file);
            case GIF, BMP, TIFF -> false;
        };
    }

    private ImageHeader header(FileBytes file) {
        limits.checkBytes(file.size(), file.name());
        ImageHeader header = ImageFormat.of(file).header(file);
        limits.checkPixels(header.width(), header.height(), file.name());
        return header;
    }

    private static Pixels decodeStored(FileBytes file, ImageHeader header) {
        if (header.format() == ImageFormat.GIF) {
            return GifDecoder.decode(file);
        }
        boolean wide = header.samples() == StoredSamples.GREY_16 || header.samples() == StoredSamples.COLOUR_16;
        return decodeByOpenCv(file, header, wide ? IMREAD_UNCHANGED : IMREAD_COLOR_RGB);
    }

    private static Pixels decodeByOpenCv(FileBytes file, ImageHeader header, int flags) {
        byte[] bytes = header.format() == ImageFormat.PNG ? PngHeader.withPixelsOnly(file) : file.bytes();
        try (BytePointer pointer = new BytePointer(bytes);
                Mat encoded = new Mat(1, bytes.length, 0, pointer);
                Mat decoded = matrix(encoded, flags, header, file)) {
            if (decoded.empty()) {
                throw file.damaged("its " + header.format() + " data can't be decoded, or are cut off.");
            }
            if ((long) decoded.cols() * decoded.rows() != header.width() * header.height()) {
                throw file.damaged("its header and its data state different sizes.");
            }
            return MatPixels.read(decoded, header.samples(), flags == IMREAD_COLOR_RGB);
        }
    }

    private static Mat matrix(Mat encoded, int flags, ImageHeader header, FileBytes file) {
        try {
            return imdecode(encoded, flags | IMREAD_IGNORE_ORIENTATION);
        } catch (RuntimeException e) { // how bytedeco hands on OpenCV's exceptions
            throw ImageException.of(
                    "The " + header.format() + " data can't be decoded.",
                    file.name(),
                    "get the file again from its source, or convert it: " + ImageFormat.SUPPORTED,
                    e);
        }
    }
}
