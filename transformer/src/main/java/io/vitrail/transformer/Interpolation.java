package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * Resizes a grid of vectors as PyTorch's {@code interpolate} does, one axis after the other: each output row is a weighted
 * sum of input rows. The weights form a small matrix, so that resizing is two products, which also train.
 */
public enum Interpolation {
    /** The sample below (out + 0.5) · in / out, rounded down without the half: PyTorch's "nearest". */
    NEAREST {
        @Override
        void fill(float[] row, int out, double scale) {
            row[Math.min((int) Math.floor(out * (float) scale), row.length - 1)] = 1;
        }
    },
    /** The two nearest samples, weighted by distance; centres of cells lie on each other. */
    BILINEAR {
        @Override
        void fill(float[] row, int out, double scale) {
            double centre = Math.max(scale * (out + 0.5) - 0.5, 0);
            weighTwo(row, centre);
        }
    },
    /** As bilinear, but the first and last samples lie on each other ("align_corners"). */
    BILINEAR_CORNERS {
        @Override
        double scale(int in, int out) {
            return cornerScale(in, out);
        }

        @Override
        void fill(float[] row, int out, double scale) {
            weighTwo(row, scale * out);
        }
    },
    /** Four samples, by the cubic convolution with a = −0.75 (Keys 1981); samples beyond the edge repeat it. */
    BICUBIC {
        @Override
        void fill(float[] row, int out, double scale) {
            weighFour(row, scale * (out + 0.5) - 0.5);
        }
    },
    /** As bicubic, but the first and last samples lie on each other ("align_corners"). */
    BICUBIC_CORNERS {
        @Override
        double scale(int in, int out) {
            return cornerScale(in, out);
        }

        @Override
        void fill(float[] row, int out, double scale) {
            weighFour(row, scale * out);
        }
    },
    /** The triangle filter, widened when it reduces, so that every input sample counts. */
    BILINEAR_ANTIALIAS {
        @Override
        void fill(float[] row, int out, double scale) {
            weighSupport(row, out, scale, 1, x -> Math.max(1 - Math.abs(x), 0));
        }
    },
    /** The cubic filter with a = −0.5, widened when it reduces, so that every input sample counts. */
    BICUBIC_ANTIALIAS {
        @Override
        void fill(float[] row, int out, double scale) {
            weighSupport(row, out, scale, 2, x -> cubic(x, -0.5));
        }
    };

    private interface Filter {
        double at(double distance);
    }

    /** Writes the weights of all input samples for one output sample. */
    abstract void fill(float[] row, int out, double scale);

    double scale(int in, int out) {
        return (double) in / out;
    }

    /** The weights as a matrix [out, in]. */
    public float[][] weights(int in, int out) {
        Check.that(in > 0 && out > 0, "A grid can't be resized from %d to %d samples.", in, out);
        float[][] rows = new float[out][in];
        double scale = scale(in, out);
        for (int i = 0; i < out; i++) {
            fill(rows[i], i, scale);
        }
        return rows;
    }

    /**
     * Resizes a grid.
     *
     * @param grid [rows · columns, width]; may belong to another manager
     * @param manager owns the result
     * @return [newRows · newColumns, width]
     */
    public NDArray resize(NDArray grid, Grid from, Grid to, NDManager manager) {
        long width = grid.getShape().get(1);
        NDArray vertical = Scope.owned(manager.create(weights(from.rows(), to.rows()))); // [newRows, rows]
        NDArray horizontal =
                Scope.owned(manager.create(weights(from.columns(), to.columns()))); // [newColumns, columns]
        NDArray rows = Scope.lend(grid, manager).reshape(from.rows(), from.columns() * width);
        NDArray tall = vertical.matMul(rows).reshape(to.rows(), from.columns(), width);
        NDArray wide = horizontal.expandDims(0).matMul(tall); // [newRows, newColumns, width]
        return wide.reshape(new Shape(to.tokens(), width));
    }

    private static double cornerScale(int in, int out) {
        return out > 1 ? (double) (in - 1) / (out - 1) : 0;
    }

    private static void weighTwo(float[] row, double centre) {
        int first = Math.min((int) centre, row.length - 1);
        int second = Math.min(first + 1, row.length - 1);
        double share = centre - first;
        row[first] += (float) (1 - share);
        row[second] += (float) share;
    }

    private static void weighFour(float[] row, double centre) {
        int floor = (int) Math.floor(centre);
        for (int i = floor - 1; i <= floor + 2; i++) {
            int inside = Math.min(Math.max(i, 0), row.length - 1);
            row[inside] += (float) cubic(centre - i, -0.75);
        }
    }

    private static void weighSupport(float[] row, int out, double scale, int radius, Filter filter) {
        double stretch = Math.max(scale, 1);
        double centre = scale * (out + 0.5);
        int first = Math.max((int) (centre - radius * stretch + 0.5), 0);
        int end = Math.min((int) (centre + radius * stretch + 0.5), row.length);
        double sum = 0;
        for (int i = first; i < end; i++) {
            double weight = filter.at((i - centre + 0.5) / stretch);
            row[i] = (float) weight;
            sum += weight;
        }
        for (int i = first; i < end; i++) {
            row[i] /= (float) sum;
        }
    }

    /** Cubic convolution (Keys 1981, equation 4, with a free). */
    private static double cubic(double distance, double a) {
        double x = Math.abs(distance);
        if (x <= 1) {
            return ((a + 2) * x - (a + 3)) * x * x + 1;
        }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }
}
