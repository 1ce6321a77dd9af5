package io.vitrail.vit.image;

/**
 * One axis of a resize: the input between two places is scaled to a number of output pixels, of which some are wanted.
 * What isn't wanted isn't computed, and doesn't change the rest.
 *
 * @param from in pixels of the input; a single-precision number, as in Pillow
 * @param first the first output pixel that is wanted
 * @param count how many are wanted
 */
record Axis(int inputSize, float from, float to, int outputSize, int first, int count) {
    /** Scales all of the input. */
    static Axis whole(int inputSize, int outputSize) {
        return new Axis(inputSize, 0, inputSize, outputSize, 0, outputSize);
    }

    /** The same axis with other pixels wanted. */
    Axis wanting(int otherFirst, int otherCount) {
        return new Axis(inputSize, from, to, outputSize, otherFirst, otherCount);
    }

    /** Input pixels per output pixel. */
    double scale() {
        return (double) (to - from) / outputSize;
    }

    /** Whether output pixels are input pixels, not scaled. */
    boolean isCopy() {
        return from == (int) from && to - from == outputSize;
    }

    /** The input pixel that is the first wanted output pixel, if the axis is copied. */
    int copiedFrom() {
        return (int) from + first;
    }
}
