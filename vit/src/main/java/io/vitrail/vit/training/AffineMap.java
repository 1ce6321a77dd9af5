package io.vitrail.vit.training;

/**
 * Moves the pixels of a picture, each to the nearest place, in Pillow's fixed-point numbers (ImagingTransformAffine). A
 * pixel (x, y) of the result is the one at (a x + b y + c, d x + e y + f) of the source; outside of that it is black.
 */
record AffineMap(double a, double b, double c, double d, double e, double f) {
    private static final int FRACTION_BITS = 16;
    private static final double DIGITS = 1e15;

    /** Rows move left by {@code slope} pixels more than the row above. */
    static AffineMap shearX(double slope) {
        return new AffineMap(1, slope, 0, 0, 1, 0);
    }

    /** Columns move up by {@code slope} pixels more than the column to their left. */
    static AffineMap shearY(double slope) {
        return new AffineMap(1, 0, 0, slope, 1, 0);
    }

    /** All moves to the right, and down. */
    static AffineMap translation(int right, int down) {
        return new AffineMap(1, 0, -right, 0, 1, -down);
    }

    /** Turns counterclockwise around the picture's centre. */
    static AffineMap rotation(double degrees, Picture picture) {
        double angle = -Math.toRadians(((degrees % 360) + 360) % 360);
        double cos = Math.rint(Math.cos(angle) * DIGITS) / DIGITS;
        double sin = Math.rint(Math.sin(angle) * DIGITS) / DIGITS;
        double x = picture.width() / 2.0;
        double y = picture.height() / 2.0;
        return new AffineMap(cos, sin, -cos * x - sin * y + x, -sin, cos, sin * x - cos * y + y);
    }

    Picture apply(Picture picture) {
        int width = picture.width();
        byte[] moved = new byte[picture.rgb().length];
        long startX = fixed(c + a * 0.5 + b * 0.5);
        long startY = fixed(f + d * 0.5 + e * 0.5);
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < width; x++) {
                long fromX = startX + x * fixed(a) + y * fixed(b) >> FRACTION_BITS;
                long fromY = startY + x * fixed(d) + y * fixed(e) >> FRACTION_BITS;
                if (fromX >= 0 && fromX < width && fromY >= 0 && fromY < picture.height()) {
                    System.arraycopy(picture.rgb(), (int) (3 * (fromY * width + fromX)), moved, 3 * (y * width + x), 3);
                }
            }
        }
        return new Picture(width, picture.height(), moved);
    }

    private static long fixed(double value) {
        return (long) Math.floor(value * (1 << FRACTION_BITS) + 0.5);
    }
}
