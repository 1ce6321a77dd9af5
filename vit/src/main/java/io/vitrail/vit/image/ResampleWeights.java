package io.vitrail.vit.image;

/**
 * For each output pixel of one axis: the first input pixel that counts, how many count, and their weights as whole
 * numbers of 2⁻²².
 *
 * @param stride room for the weights of one output pixel
 */
record ResampleWeights(int[] first, int[] count, int[] weights, int stride) {
    /** Eight bits for the result, two for sums that overshoot; the rest of an int is precision. */
    static final int PRECISION = 32 - 8 - 2;

    /**
     * Scales the input between two places to a number of output pixels. The arithmetic, its order and its
     * single-precision difference are Pillow's.
     */
    static ResampleWeights of(int inputSize, float from, float to, int outputSize, Resampling filter) {
        double scale = (double) (to - from) / outputSize;
        double filterScale = Math.max(scale, 1);
        double support = filter.support() * filterScale;
        int stride = (int) Math.ceil(support) * 2 + 1;
        int[] first = new int[outputSize];
        int[] count = new int[outputSize];
        int[] weights = new int[Math.multiplyExact(outputSize, stride)];
        double[] exact = new double[stride];
        for (int i = 0; i < outputSize; i++) {
            double centre = from + (i + 0.5) * scale;
            first[i] = Math.max(0, (int) (centre - support + 0.5));
            count[i] = Math.min(inputSize, (int) (centre + support + 0.5)) - first[i];
            double sum = 0;
            for (int j = 0; j < count[i]; j++) {
                exact[j] = filter.weight((j + first[i] - centre + 0.5) * (1 / filterScale));
                sum += exact[j];
            }
            for (int j = 0; j < count[i]; j++) {
                weights[i * stride + j] = fixedPoint(sum == 0 ? exact[j] : exact[j] / sum);
            }
        }
        return new ResampleWeights(first, count, weights, stride);
    }

    private static int fixedPoint(double weight) {
        return (int) (weight * (1 << PRECISION) + (weight < 0 ? -0.5 : 0.5));
    }

    int size() {
        return first.length;
    }

    /** The first input pixel that any output pixel needs. */
    int begin() {
        return first[0];
    }

    /** The input pixel behind the last that any output pixel needs. */
    int end() {
        return first[size() - 1] + count[size() - 1];
    }
}
