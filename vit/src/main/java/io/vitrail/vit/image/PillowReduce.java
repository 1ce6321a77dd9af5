package io.vitrail.vit.image;

/**
 * Pillow's {@code Image.reduce}: the mean of blocks of pixels; the blocks at the right and lower edges may be smaller.
 */
final class PillowReduce {
    private PillowReduce() {}

    static Pixels reduce(Pixels source, int factorX, int factorY) {
        int width = (source.width() + factorX - 1) / factorX;
        int height = (source.height() + factorY - 1) / factorY;
        int channels = source.channels();
        byte[] reduced = new byte[width * height * channels];
        for (int y = 0; y < height; y++) {
            int top = y * factorY;
            int bottom = Math.min(source.height(), top + factorY);
            for (int x = 0; x < width; x++) {
                int left = x * factorX;
                int right = Math.min(source.width(), left + factorX);
                for (int c = 0; c < channels; c++) {
                    int sum = sum(source, left * channels + c, right * channels, top, bottom);
                    reduced[(y * width + x) * channels + c] = mean(sum, (right - left) * (bottom - top));
                }
            }
        }
        return new Pixels(source.mode(), reduced, width, height);
    }

    /** The sum of one channel over a block, between two places of a row and two rows. */
    private static int sum(Pixels source, int left, int right, int top, int bottom) {
        byte[] samples = source.raw();
        int sum = 0;
        for (int y = top; y < bottom; y++) {
            int row = y * source.stride();
            for (int i = row + left; i < row + right; i += source.channels()) {
                sum += samples[i] & 0xFF;
            }
        }
        return sum;
    }

    /**
     * Rounded, by multiplication with 2²⁴ / count, a single-precision number cut to a whole one; the product wraps at
     * 2³².
     */
    private static byte mean(int sum, int count) {
        float factor = (float) (1L << 32) / (256 * count);
        return (byte) ((sum + count / 2) * (int) (long) factor >>> 24);
    }
}
