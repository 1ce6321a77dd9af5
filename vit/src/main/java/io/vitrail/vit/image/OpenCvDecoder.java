package io.vitrail.vit.image;

import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR_RGB;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_GRAYSCALE;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_GRAYSCALE_2;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_GRAYSCALE_4;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_GRAYSCALE_8;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_UNCHANGED;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imdecode;

import java.util.Locale;
import java.util.function.Function;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Has OpenCV decode JPEG, PNG and WebP. It gets only what makes pixels: the libraries below it print remarks on
 * whatever else they find, which can't be turned off.
 */
record OpenCvDecoder(FileBytes file, ImageHeader header) {
    /** Which of OpenCV's builds JavaCPP loads: "-gpu" for CUDA's. */
    private static final String OPENCV_BUILD = "org.bytedeco.javacpp.platform.extension";

    /** How much memory the process may have before JavaCPP allocates no more; 0 for any. */
    private static final String MOST_MEMORY = "org.bytedeco.javacpp.maxPhysicalBytes";

    static {
        // Without it JavaCPP searches for 24 CUDA libraries first: 0.4 of the 1.0 seconds until the first picture.
        setUnlessSet(OPENCV_BUILD, "");
        // Else that is four times the heap: a small heap beside a large model, whose memory counts, and no picture is
        // read.
        setUnlessSet(MOST_MEMORY, "0");
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null && System.getProperty(property.toLowerCase(Locale.ROOT)) == null) {
            System.setProperty(property, value);
        }
    }

    /** @param side what the shorter side keeps at least, where the picture is decoded at less than its size */
    Pixels jpeg(int side) {
        JpegHeader jpeg = JpegHeader.of(file);
        int divisor = jpeg.isLossless() ? 1 : 8;
        while (divisor > 1 && Math.min(header.width(), header.height()) / divisor < side) {
            divisor /= 2;
        }
        int reduction =
                switch (divisor) {
                    case 8 -> IMREAD_REDUCED_GRAYSCALE_8;
                    case 4 -> IMREAD_REDUCED_GRAYSCALE_4;
                    case 2 -> IMREAD_REDUCED_GRAYSCALE_2;
                    default -> 0;
                };
        int colours = jpeg.isGrey() ? IMREAD_GRAYSCALE : IMREAD_COLOR_RGB;
        return decode(jpeg.withoutStrayBytes(), colours | reduction, divisor, OpenCvDecoder::rgb);
    }

    Pixels png(WideGrey wideGrey, PixelMode mode) {
        byte[] chunks = PngHeader.withPixelsOnly(file, mode);
        if (!mode.hasAlpha() && !PngHeader.isWideGrey(file)) {
            return decode(chunks, IMREAD_COLOR_RGB, 1, OpenCvDecoder::rgb);
        }
        int transparent = mode.hasAlpha() ? PngHeader.transparentGrey(file) : -1;
        return decode(chunks, IMREAD_UNCHANGED, 1, mat -> {
            Pixels pixels = MatPixels.read(mat, wideGrey, false);
            return transparent < 0 ? pixels : pixels.withAlpha(MatPixels.isOther(mat, transparent));
        });
    }

    Pixels webp(PixelMode mode) {
        return mode.hasAlpha()
                ? decode(file.bytes(), IMREAD_UNCHANGED, 1, mat -> MatPixels.read(mat, WideGrey.CLIPPED, false))
                : decode(file.bytes(), IMREAD_COLOR_RGB, 1, OpenCvDecoder::rgb);
    }

    private static Pixels rgb(Mat decoded) {
        return MatPixels.read(decoded, WideGrey.CLIPPED, true);
    }

    private Pixels decode(byte[] bytes, int flags, int divisor, Function<Mat, Pixels> read) {
        try (BytePointer pointer = new BytePointer(bytes);
                Mat encoded = new Mat(1, bytes.length, 0, pointer);
                Mat decoded = matrix(encoded, flags)) {
            if (decoded.empty()) {
                throw file.damaged("its " + header.format() + " data can't be decoded, or are cut off.");
            }
            if (decoded.cols() != ceil(header.width(), divisor) || decoded.rows() != ceil(header.height(), divisor)) {
                throw file.damaged("its header and its data state different sizes.");
            }
            return read.apply(decoded);
        }
    }

    private static long ceil(long side, int divisor) {
        return (side + divisor - 1) / divisor;
    }

    private Mat matrix(Mat encoded, int flags) {
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
