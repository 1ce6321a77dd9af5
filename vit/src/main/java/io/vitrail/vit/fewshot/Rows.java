package io.vitrail.vit.fewshot;

import io.vitrail.transformer.Check;
import java.util.Arrays;
import java.util.Map;

/** Vectors as rows, and sums over them in double precision. */
final class Rows {
    private Rows() {}

    /**
     * A matrix that was saved.
     *
     * @throws IllegalArgumentException if it is missing, of another shape, or not finite
     */
    static float[][] of(Map<String, float[][]> matrices, String name, int rows, int width) {
        float[][] matrix = matrices.getOrDefault(name, new float[0][]);
        boolean fits = matrix.length == rows && Arrays.stream(matrix).allMatch(row -> row.length == width);
        Check.that(fits, "The matrix '%s' isn't there with %d rows of %d values.", name, rows, width);
        for (float[] row : matrix) {
            for (float value : row) {
                Check.that(Float.isFinite(value), "The matrix '%s' holds %s.", name, value);
            }
        }
        return matrix;
    }

    static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    /** Adds factor · x to a sum. */
    static void add(double factor, float[] x, double[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += factor * x[i];
        }
    }

    /** The direction of a sum, with length 1; of none zeros. */
    static float[] unit(double[] sum) {
        double length = Math.sqrt(Arrays.stream(sum).map(value -> value * value).sum());
        float[] unit = new float[sum.length];
        for (int i = 0; i < unit.length && length > 1e-12; i++) {
            unit[i] = (float) (sum[i] / length);
        }
        return unit;
    }

    /** The direction of a - b. */
    static float[] unitDifference(float[] a, float[] b) {
        double[] difference = new double[a.length];
        add(1, a, difference);
        add(-1, b, difference);
        return unit(difference);
    }

    /** Sums of the rows of each class. */
    static double[][] sums(float[][] rows, int[] labels, int classes) {
        double[][] sums = new double[classes][rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            add(1, rows[i], sums[labels[i]]);
        }
        return sums;
    }

    /** Turns scores into probabilities, where they lie; gives the logarithm of the sum of the scores' exponentials. */
    static double softmax(double[] scores) {
        double largest = Arrays.stream(scores).max().orElseThrow();
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            scores[i] = Math.exp(scores[i] - largest);
            sum += scores[i];
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] /= sum;
        }
        return largest + Math.log(sum);
    }
}
