package io.vitrail.transformer.kernels;

import io.vitrail.transformer.StepWeights;
import java.nio.FloatBuffer;
import java.util.Arrays;

/** A layer's weights in Java's memory, row by row, each row one output's. Immutable once filled. */
abstract class HeapWeights implements StepWeights {
    /** Numbers of x that rows of packed weights are made for: those of a row are a multiple. */
    private static final int WHOLE = 64;

    final StepLoops loops;
    final int inWidth;
    final int outWidth;
    private final float[] bias;

    HeapWeights(StepLoops loops, int inWidth, float[] bias) {
        this.loops = loops;
        this.inWidth = inWidth;
        this.bias = bias;
        outWidth = bias.length;
    }

    /**
     * Takes the weights of some rows; threads may take different ones at the same time.
     *
     * @param matrix all rows, of inWidth numbers each
     */
    abstract void fill(FloatBuffer matrix, int firstRow, int endRow);

    /** x · rows, {@link StepLoops#ROWS} of them, with x as {@link #whole} makes it. */
    abstract void dots(int[] rows, float[] x, float[] sums);

    /** Bytes that a product reads. */
    abstract long bytes();

    /**
     * Some rows' outputs x W + b.
     *
     * @param x rows of x, as {@link #whole} makes them
     * @param y rows of outWidth numbers
     */
    final void outputs(int first, int end, float[][] x, float[] y) {
        int[] rows = new int[StepLoops.ROWS];
        float[] sums = new float[StepLoops.ROWS];
        int apart = (end - first + StepLoops.ROWS - 1) / StepLoops.ROWS;
        for (int i = 0; i < apart; i++) {
            for (int j = 0; j < StepLoops.ROWS; j++) {
                rows[j] = Math.min(first + j * apart + i, end - 1);
            }
            for (int of = 0; of < x.length; of++) {
                dots(rows, x[of], sums);
                for (int j = 0; j < StepLoops.ROWS; j++) {
                    y[of * outWidth + rows[j]] = sums[j] + bias[rows[j]];
                }
            }
        }
    }

    /** Where rows begin, in place of their numbers. */
    static int[] places(int[] rows, int pitch) {
        int[] places = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            places[i] = rows[i] * pitch;
        }
        return places;
    }

    /** A row of x as long as a row of packed weights. */
    final float[] whole(float[] x, int row) {
        boolean fits = x.length == inWidth && wholeWidth(inWidth) == inWidth;
        return fits ? x : Arrays.copyOf(Arrays.copyOfRange(x, row * inWidth, (row + 1) * inWidth), wholeWidth(inWidth));
    }

    static int wholeWidth(int width) {
        return (width + WHOLE - 1) / WHOLE * WHOLE;
    }

    /** float32. */
    static final class Float32 extends HeapWeights {
        private final int pitch;
        private final float[] weights;

        Float32(StepLoops loops, int inWidth, float[] bias) {
            super(loops, inWidth, bias);
            pitch = wholeWidth(inWidth);
            weights = new float[Math.multiplyExact(pitch, outWidth)];
        }

        @Override
        void fill(FloatBuffer matrix, int firstRow, int endRow) {
            for (int row = firstRow; row < endRow; row++) {
                matrix.get(row * inWidth, weights, row * pitch, inWidth);
            }
        }

        @Override
        void dots(int[] rows, float[] x, float[] sums) {
            loops.dots(weights, places(rows, pitch), x, sums);
        }

        @Override
        long bytes() {
            return 4L * weights.length;
        }
    }

    /** bfloat16, two in each number. */
    static final class Bfloat16 extends HeapWeights {
        private final int pitch;
        private final int[] weights;

        Bfloat16(StepLoops loops, int inWidth, float[] bias) {
            super(loops, inWidth, bias);
            pitch = wholeWidth(inWidth) / 2;
            weights = new int[Math.multiplyExact(pitch, outWidth)];
        }

        @Override
        void fill(FloatBuffer matrix, int firstRow, int endRow) {
            for (int row = firstRow; row < endRow; row++) {
                for (int i = 0; i < inWidth; i++) {
                    int number = rounded(matrix.get(row * inWidth + i));
                    weights[row * pitch + (i >> 5 << 4) + (i & 15)] |= number << (i & 16);
                }
            }
        }

        /** The upper half of float32, rounded to the nearest, ties to even. */
        private static int rounded(float number) {
            int bits = Float.floatToIntBits(number);
            return Float.isNaN(number) ? bits >>> 16 : bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
        }

        @Override
        void dots(int[] rows, float[] x, float[] sums) {
            loops.dotsBfloat16(weights, places(rows, pitch), x, sums);
        }

        @Override
        long bytes() {
            return 4L * weights.length;
        }
    }

    /** Whole numbers of 8 bits with a factor for each row, four in each number. */
    static final class Int8 extends HeapWeights {
        private final int pitch;
        private final int[] weights;
        private final float[] factors;

        Int8(StepLoops loops, int inWidth, float[] bias, float[] factors) {
            super(loops, inWidth, bias);
            this.factors = factors;
            pitch = wholeWidth(inWidth) / 4;
            weights = new int[Math.multiplyExact(pitch, outWidth)];
        }

        @Override
        void fill(FloatBuffer matrix, int firstRow, int endRow) {
            for (int row = firstRow; row < endRow; row++) {
                for (int i = 0; i < inWidth; i++) {
                    int number = (int) matrix.get(row * inWidth + i) & 0xff;
                    weights[row * pitch + (i >> 6 << 4) + (i & 15)] |= number << (i >> 4 & 3) * 8;
                }
            }
        }

        @Override
        void dots(int[] rows, float[] x, float[] sums) {
            loops.dotsInt8(weights, places(rows, pitch), x, sums);
            for (int i = 0; i < sums.length; i++) {
                sums[i] *= factors[rows[i]];
            }
        }

        @Override
        long bytes() {
            return 4L * weights.length;
        }
    }
}
