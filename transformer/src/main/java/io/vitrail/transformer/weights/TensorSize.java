package io.vitrail.transformer.weights;

import java.util.Arrays;

/** How many elements and bytes a shape from an untrusted file stands for, in exact arithmetic. */
final class TensorSize {
    static final int MOST_AXES = 64; // as many as PyTorch's kernels take

    private TensorSize() {}

    /**
     * The bytes of a tensor.
     *
     * @throws ArithmeticException if a length is negative, there are too many axes, or the product of the lengths (with
     *     1 for 0: PyTorch multiplies strides so) is beyond what a long holds; the message says which
     */
    static long bytes(StorageType type, long[] shape) {
        String text = shape.length <= MOST_AXES ? Arrays.toString(shape) : "of " + shape.length + " axes";
        if (shape.length > MOST_AXES) {
            throw new ArithmeticException("shape " + text + " has more than " + MOST_AXES);
        }
        long positive = type.bytes();
        boolean empty = false;
        for (long length : shape) {
            if (length < 0) {
                throw new ArithmeticException("shape " + text + " has a negative length");
            }
            empty |= length == 0;
            if (Math.multiplyHigh(positive, Math.max(1, length)) != 0 || positive * Math.max(1, length) < 0) {
                throw new ArithmeticException("shape " + text + " has too many elements to count");
            }
            positive *= Math.max(1, length);
        }
        return empty ? 0 : positive;
    }
}
