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

    /** Numbers of Java's from a row to the next. */
    final int pitch;

    private final float[] bias;

    /** @param packed how many weights share a number */
    HeapWeights(StepLoops loops, int inWidth, float[] bias, int packed) {
        this.loops = loops;
        this.inWidth = inWidth;
        this.bias = bias;
        outWidth = bias.length;
        pitch = wholeWidth(inWidth) / packed;
    }

    /**
     * Takes the weights of some rows; threads may take different ones at the same time.
     *
     * @param matrix all rows, of inWidth numbers each
     */
    abstract void fill(FloatBuffer matrix, int firstRow, int endRow);

    /**
     * x · rows, {@link StepLoops#ROWS} of them, without their {@link #factor}.
     *
     * @param at where the rows begin
     * @param x as {@link #whole} makes it
     */
    abstract void dots(int[] at, float[] x, float[] sums);

    /** What a row's weights are multiplied by. */
    float factor(int row) {
        return 1;
    }

    /** Bytes that a product reads. */
    abstract long bytes();

    /**
     * Outputs x W + b of some rows in each line.
     *
     * @param x rows of x, as {@link #whole} makes them
     * @param y rows of outWidth numbers
     */
    final void outputs(RowLines lines, float[][] x, float[] y) {
        int[] at = new int[StepLoops.ROWS];
        float[] sums = new float[StepLoops.ROWS];
        for (int i = lines.begin(); i < lines.stop(); i++) {
            int row = lines.first() + i;
            for (int line = 0; line < StepLoops.ROWS; line++) {
                at[line] = Math.min(row + line * lines.length(), lines.end() - 1) * pitch;
            }
            int full = Math.min(StepLoops.ROWS, (lines.end() - row + lines.length() - 1) / lines.length());
            for (int of = 0; of < x.length; of++) {
                dots(at, x[of], sums);
                for (int line = 0, to = row; line < full; line++, to += lines.length()) {
                    y[of * outWidth + to] = sums[line] * factor(to) + bias[to];
                }
            }
        }
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
        private final float[] weights;

        Float32(StepLoops loops, int inWidth, float[] bias) {
            super(loops, inWidth, bias, 1);
            weights = new float[Math.multiplyExact(pitch, outWidth)];
        }

        @Override
        void fill(FloatBuffer matrix, int firstRow, int endRow) {
            for (int row = firstRow; row < endRow; row++) {
                matrix.get(row * inWidth, weights, row * pitch, inWidth);
            }
        }

        @Override
        void dots(int[] at, float[] x, float[] sums) {
            loops.dots(weights, at, x, sums);
        }

        @Override
        long bytes() {
            return 4L * weights.length;
        }
    }

    /** bfloat16, two in each number. */
    static final class Bfloat16 extends HeapWeights {
        private final int[] weights;

        Bfloat16(StepLoops loops, int inWidth, float[] bias) {
            super(loops, inWidth, bias, 2);
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
        void dots(int[] at, float[] x, float[] sums) {
            loops.dotsBfloat16(weights, at, x, sums);
        }

        @Override
        long bytes() {
            return 4L * weights.length;
        }
    }

    /** Whole numbers of 8 bits with a factor for each row, four in each number. */
    static final class Int8 extends HeapWeights {
        private final int[] weights;
        private final float[] factors;

        Int8(StepLoops loops, int inWidth, float[] bias, float[] factors) {
            super(loops, inWidth, bias, 4);
            this.factors = factors;
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
        void dots(int[] at, float[] x, float[] sums) {
            loops.dotsInt8(weights, at, x, sums);
        }

        @Override
        float factor(int row) {
            return factors[row];
        }

        @Override
        long bytes() {
            return 4L * weights.length;
        }
    }
}
