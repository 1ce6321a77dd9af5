package io.vitrail.vit.image;

/**
 * For each wanted output pixel of one axis: the first input pixel that counts, how many count, and their weights as
 * whole numbers of 2⁻²².
 *
 * @param stride room for the weights of one output pixel
 */
record ResampleWeights(int[] first, int[] count, int[] weights, int stride) {
    /** Eight bits for the result, two for sums that overshoot; the rest of an int is precision. */
    static final int PRECISION = 32 - 8 - 2;

    /** The order of the operations is Pillow's. */
    static ResampleWeights of(Axis axis, Resampling filter, ResizeArithmetic arithmetic) {
        double filterScale = Math.max(axis.scale(), 1);
        double support = filter.support() * filterScale;
        int stride = (int) Math.ceil(support) * 2 + 1;
        int[] first = new int[axis.count()];
        int[] count = new int[axis.count()];
        double[] exact = new double[Math.multiplyExact(axis.count(), stride)];
        for (int i = 0; i < axis.count(); i++) {
            double centre = axis.from() + (axis.first() + i + 0.5) * axis.scale();
            first[i] = Math.max(0, (int) (centre - support + 0.5));
            count[i] = Math.min(axis.inputSize(), (int) (centre + support + 0.5)) - first[i];
            int begin = i * stride;
            double sum = 0;
            for (int j = 0; j < count[i]; j++) {
                exact[begin + j] = filter.weight((j + first[i] - centre + 0.5) * (1 / filterScale));
                sum += exact[begin + j];
            }
            for (int j = begin; j < begin + count[i] && sum != 0; j++) {
                exact[j] /= sum;
            }
        }
        return new ResampleWeights(first, count, fixedPoint(exact, arithmetic), stride);
    }

    private static int[] fixedPoint(double[] exact, ResizeArithmetic arithmetic) {
        double largest = 0;
        for (double weight : exact) {
            largest = Math.max(largest, weight);
        }
        int precision = arithmetic.precision(largest);
        int[] weights = new int[exact.length];
        for (int i = 0; i < exact.length; i++) {
            double half = exact[i] < 0 ? -0.5 : 0.5;
            weights[i] = (int) (exact[i] * (1 << precision) + half) << PRECISION - precision;
        }
        return weights;
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
