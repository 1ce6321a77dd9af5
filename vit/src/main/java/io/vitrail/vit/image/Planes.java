package io.vitrail.vit.image;

import io.vitrail.transformer.Check;
import java.util.Arrays;

/** A processed picture: red, then green, then blue, each row by row. */
record Planes(float[] values, int height, int width) {
    static final int CHANNELS = 3;
    /** What fits in an array of Java. */
    private static final int MAXIMAL_VALUES = Integer.MAX_VALUE - 8;

    /** An array for that many values of each colour. */
    static float[] room(int height, int width) {
        long values = (long) CHANNELS * height * width;
        Check.that(values <= MAXIMAL_VALUES, "A picture of %d x %d pixels is too large.", width, height);
        return new float[(int) values];
    }

    /** Values of one colour. */
    int size() {
        return height * width;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Planes that
                && that.height == height
                && that.width == width
                && Arrays.equals(that.values, values);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * height + width) + Arrays.hashCode(values);
    }
}
