package io.vitrail.transformer.kernels;

import io.vitrail.transformer.StepWeights;
import java.nio.FloatBuffer;

/**
 * A layer's weights in Java's memory, block by block: those of as many outputs as are computed at a time, input by input, so that
 * memory is read in its order. Immutable once filled.
 */
abstract class HeapWeights implements StepWeights {
    final StepLoops loops;
    final int inWidth;
    final int outWidth;

    /** Outputs of a block; the last one may have fewer. */
    final int block;

    private final float[] bias;

    HeapWeights(StepLoops loops, int inWidth, float[] bias, int block) {
        this.loops = loops;
        this.inWidth = inWidth;
        this.bias = bias;
        this.block = block;
        outWidth = bias.length;
    }

    final int blocks() {
        return (outWidth + block - 1) / block;
    }

    /** Numbers that all blocks take, of so many for an input and a block. */
    final int size(int numbers) {
        return Math.multiplyExact(Math.multiplyExact(blocks(), inWidth), numbers);
    }

    /**
     * Takes the weights of some blocks; threads may take different ones at the same time.
     *
     * @param matrix [outWidth, inWidth]
     */
    final void fill(FloatBuffer matrix, int firstBlock, int endBlock) {
        int end = Math.min(endBlock * block, outWidth);
        for (int output = firstBlock * block; output < end; output++) {
            int place = output / block * inWidth;
            for (int input = 0; input < inWidth; input++) {
                put(place + input, output % block, matrix.get(output * inWidth + input));
            }
        }
    }

    /**
     * Takes one weight.
     *
     * @param input counted through all blocks
     * @param output of the block
     */
    abstract void put(int input, int output, float weight);

    /** x · weights of a block, without the bias. */
    abstract void sums(int number, float[] x, float[] sums);

    /** Bytes that a product reads. */
    abstract long bytes();

    /**
     * Outputs x W + b of some blocks.
     *
     * @param x rows of inWidth numbers
     * @param y rows of outWidth numbers
     */
    final void outputs(int firstBlock, int endBlock, float[][] x, float[] y) {
        float[] sums = new float[block];
        for (int number = firstBlock; number < endBlock; number++) {
            int first = number * block;
            int count = Math.min(block, outWidth - first);
            for (int row = 0; row < x.length; row++) {
                sums(number, x[row], sums);
                for (int i = 0; i < count; i++) {
                    y[row * outWidth + first + i] = sums[i] + bias[first + i];
                }
            }
        }
    }

    /** float32. */
    static final class Float32 extends HeapWeights {
        private final float[] weights;

        Float32(StepLoops loops, int inWidth, float[] bias) {
            super(loops, inWidth, bias, 2 * loops.lanes());
            weights = new float[size(block)];
        }

        @Override
        void put(int input, int output, float weight) {
            weights[input * block + output] = weight;
        }

        @Override
        void sums(int number, float[] x, float[] sums) {
            loops.sums(weights, number * inWidth * block, x, sums);
        }

        @Override
        long bytes() {
            return 4L * weights.length;
        }
    }

    /** bfloat16, two in each number. */
    static final class Bfloat16 extends HeapWeights {
        private final int lanes;
        private final int[] weights;

        Bfloat16(StepLoops loops, int inWidth, float[] bias) {
            super(loops, inWidth, bias, 2 * loops.lanes());
            lanes = loops.lanes();
            weights = new int[size(lanes)];
        }

        @Override
        void put(int input, int output, float weight) {
            weights[input * lanes + output % lanes] |= rounded(weight) << output / lanes * 16;
        }

        /** The upper half of float32, rounded to the nearest, ties to even. */
        private static int rounded(float number) {
            int bits = Float.floatToIntBits(number);
            return Float.isNaN(number) ? bits >>> 16 : bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
        }

        @Override
        void sums(int number, float[] x, float[] sums) {
            loops.sumsBfloat16(weights, number * inWidth * lanes, x, sums);
        }

        @Override
        long bytes() {
            return 4L * weights.length;
        }
    }

    /** Whole numbers of 8 bits with a factor for each output, four in each number. */
    static final class Int8 extends HeapWeights {
        private final int lanes;
        private final int[] weights;
        private final float[] factors;

        Int8(StepLoops loops, int inWidth, float[] bias, float[] factors) {
            super(loops, inWidth, bias, 4 * loops.lanes());
            this.factors = factors;
            lanes = loops.lanes();
            weights = new int[size(lanes)];
        }

        @Override
        void put(int input, int output, float weight) {
            weights[input * lanes + output % lanes] |= ((int) weight & 0xff) << output / lanes * 8;
        }

        @Override
        void sums(int number, float[] x, float[] sums) {
            loops.sumsInt8(weights, number * inWidth * lanes, x, sums);
            int first = number * block;
            int count = Math.min(block, outWidth - first);
            for (int i = 0; i < count; i++) {
                sums[i] *= factors[first + i];
            }
        }

        @Override
        long bytes() {
            return 4L * weights.length;
        }
    }
}
