package io.vitrail.vit.image;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;

/** Copies OpenCV's matrices to the heap: colours in the order red, green, blue, samples of 8 bits. */
final class MatPixels {
    private static final int DEPTH_8_UNSIGNED = 0;
    private static final int DEPTH_16_UNSIGNED = 2;

    private MatPixels() {}

    /**
     * @param wideGrey what becomes of grey samples of 16 bits; of colours the upper 8 bits are taken
     * @param isRgb whether the matrix holds red first; OpenCV's usual order is blue first
     */
    static Pixels read(Mat mat, WideGrey wideGrey, boolean isRgb) {
        int channels = mat.channels();
        byte[] samples = mat.depth() == DEPTH_16_UNSIGNED
                ? narrowed(mat, channels == 1 ? wideGrey : WideGrey.SCALED)
                : copy(mat);
        if (channels >= 3 && !isRgb) {
            swapRedAndBlue(samples, channels);
        }
        return new Pixels(modeOf(channels), samples, mat.cols(), mat.rows());
    }

    /** The opacity of a grey picture's pixels one of whose values is transparent. */
    static byte[] isOther(Mat mat, int transparent) {
        boolean wide = mat.depth() == DEPTH_16_UNSIGNED;
        byte[] samples = copy(mat);
        byte[] opacity = new byte[wide ? samples.length / 2 : samples.length];
        for (int i = 0; i < opacity.length; i++) {
            int value = wide ? wideSample(samples, i) : samples[i] & 0xFF;
            opacity[i] = (byte) (value == transparent ? 0 : 255);
        }
        return opacity;
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
            copyRow(mat, y, bytes, y * row, row);
        }
        return bytes;
    }

    private static void copyRow(Mat mat, int y, byte[] to, int at, int count) {
        try (BytePointer line = mat.ptr(y)) {
            line.get(to, at, count);
        }
    }

    private static PixelMode modeOf(int channels) {
        return switch (channels) {
            case 1 -> PixelMode.GREY;
            case 3 -> PixelMode.RGB;
            case 4 -> PixelMode.RGBA;
            default -> throw new IllegalStateException("A picture of " + channels + " channels.");
        };
    }

    /** Row by row: all samples of 16 bits may be more than an array holds. */
    private static byte[] narrowed(Mat mat, WideGrey how) {
        int row = mat.cols() * mat.channels();
        byte[] wide = new byte[2 * row];
        byte[] narrow = new byte[Math.multiplyExact(row, mat.rows())];
        for (int y = 0; y < mat.rows(); y++) {
            copyRow(mat, y, wide, 0, wide.length);
            for (int x = 0; x < row; x++) {
                narrow[y * row + x] = how.narrow(wideSample(wide, x), 16);
            }
        }
        return narrow;
    }

    private static int wideSample(byte[] wide, int i) {
        return wide[2 * i] & 0xFF | (wide[2 * i + 1] & 0xFF) << 8;
    }

    private static void swapRedAndBlue(byte[] samples, int channels) {
        for (int i = 0; i < samples.length; i += channels) {
            byte blue = samples[i];
            samples[i] = samples[i + 2];
            samples[i + 2] = blue;
        }
    }
}
