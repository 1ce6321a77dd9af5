package io.vitrail.vit.image;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;

/** Copies OpenCV's matrices to the heap: colours in the order red, green, blue, samples of 8 bits. */
final class MatPixels {
    private static final int DEPTH_8_UNSIGNED = 0;
    private static final int DEPTH_16_UNSIGNED = 2;

    private MatPixels() {}

    /** @param isRgb whether the matrix holds red first; OpenCV's usual order is blue first */
    static Pixels read(Mat mat, StoredSamples stored, boolean isRgb) {
        boolean wide = mat.depth() == DEPTH_16_UNSIGNED;
        int channels = mat.channels();
        byte[] samples = copy(mat);
        if (wide) {
            samples = stored == StoredSamples.GREY_16 ? clipped(samples, channels) : upperBytes(samples);
            channels = stored == StoredSamples.GREY_16 ? 1 : channels;
        }
        if (channels >= 3 && !isRgb) {
            swapRedAndBlue(samples, channels);
        }
        if (stored == StoredSamples.PACKED_555 || stored == StoredSamples.PACKED_565) {
            widen(samples, stored == StoredSamples.PACKED_565);
        }
        return new Pixels(modeOf(channels), samples, mat.cols(), mat.rows());
    }

    static boolean isSupported(Mat mat) {
        int channels = mat.channels();
        return mat.depth() == DEPTH_8_UNSIGNED && (channels == 1 || channels == 3 || channels == 4);
    }

    private static byte[] copy(Mat mat) {
        int row = Math.toIntExact(mat.cols() * mat.elemSize());
        byte[] bytes = new byte[Math.multiplyExact(row, mat.rows())];
        if (mat.isContinuous()) {
            mat.data().get(bytes);
            return bytes;
        }
        for (int y = 0; y < mat.rows(); y++) {
            try (BytePointer line = mat.ptr(y)) {
                line.get(bytes, y * row, row);
            }
        }
        return bytes;
    }

    private static PixelMode modeOf(int channels) {
        return switch (channels) {
            case 1 -> PixelMode.GREY;
            case 3 -> PixelMode.RGB;
            case 4 -> PixelMode.RGBA;
            default -> throw new IllegalStateException("A picture of " + channels + " channels.");
        };
    }

    /** Pillow's conversion of mode I;16: whatever is above 255 becomes 255. Only the first channel counts. */
    private static byte[] clipped(byte[] wide, int channels) {
        byte[] grey = new byte[wide.length / 2 / channels];
        for (int i = 0; i < grey.length; i++) {
            boolean small = wide[2 * i * channels + 1] == 0;
            grey[i] = small ? wide[2 * i * channels] : (byte) 255;
        }
        return grey;
    }

    private static byte[] upperBytes(byte[] wide) {
        byte[] upper = new byte[wide.length / 2];
        for (int i = 0; i < upper.length; i++) {
            upper[i] = wide[2 * i + 1];
        }
        return upper;
    }

    private static void swapRedAndBlue(byte[] samples, int channels) {
        for (int i = 0; i < samples.length; i += channels) {
            byte blue = samples[i];
            samples[i] = samples[i + 2];
            samples[i + 2] = blue;
        }
    }

    /** OpenCV fills the lower bits of packed colours with 0; Pillow spreads them over 0 to 255. */
    private static void widen(byte[] rgb, boolean greenHas6) {
        for (int i = 0; i < rgb.length; i++) {
            int value = rgb[i] & 0xFF;
            boolean six = greenHas6 && i % 3 == 1;
            rgb[i] = (byte) (six ? (value >> 2) * 255 / 63 : (value >> 3) * 255 / 31);
        }
    }
}
