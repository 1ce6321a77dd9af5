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

    /**
     * These values as a window of a picture; where a frame reaches beyond the window, it is filled with a colour.
     *
     * @param colour a value for each of the three planes
     */
    Planes framed(Window window, Window frame, float[] colour) {
        if (window.equals(frame)) {
            return this;
        }
        float[] framed = room(frame.height(), frame.width());
        int area = frame.height() * frame.width();
        for (int c = 0; c < CHANNELS; c++) {
            Arrays.fill(framed, c * area, (c + 1) * area, colour[c]);
            for (int y = 0; y < height; y++) {
                int row = c * frame.height() + window.top() - frame.top() + y;
                int to = row * frame.width() + window.left() - frame.left();
                System.arraycopy(values, (c * height + y) * width, framed, to, width);
            }
        }
        return new Planes(framed, frame.height(), frame.width());
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
