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

    /** x · row, with x as {@link #whole} makes it. */
    abstract float dot(int row, float[] x);

    /** Bytes that a product reads. */
    abstract long bytes();

    /** A row's x W + b. */
    final float output(int row, float[] x) {
        return dot(row, x) + bias[row];
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
            super(loops, inWidth, bias);
            weights = new float[Math.multiplyExact(inWidth, outWidth)];
        }

        @Override
        void fill(FloatBuffer matrix, int firstRow, int endRow) {
            matrix.get(firstRow * inWidth, weights, firstRow * inWidth, (endRow - firstRow) * inWidth);
        }

        @Override
        float dot(int row, float[] x) {
            return loops.dot(weights, row * inWidth, x, inWidth);
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
        float dot(int row, float[] x) {
            return loops.dotBfloat16(weights, row * pitch, x, pitch);
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
        float dot(int row, float[] x) {
            return factors[row] * loops.dotInt8(weights, row * pitch, x, pitch);
        }

        @Override
        long bytes() {
            return 4L * weights.length;
        }
    }
}
