package io.vitrail.transformer.weights;

import java.util.Arrays;

/**
 * A tensor as a pickle describes it: a view of a storage.
 *
 * @param storage where its elements lie
 * @param type of its elements; another than the storage's if that is untyped
 * @param offset of its first element in the storage, in elements
 * @param shape the lengths of its axes
 * @param strides per axis, how many elements further its next index lies
 */
record PickledTensor(PickledStorage storage, StorageType type, long offset, long[] shape, long[] strides) {

    /**
     * Finds its elements.
     *
     * @param bytes the bytes of the storage's key
     */
    StoredTensor locate(String name, FileRegion bytes) {
        RefusedPickle.unless(
                storage.total() * storage.type().bytes() <= bytes.length(),
                "Tensor %s lies in a storage that has only %d bytes.",
                Quote.of(name),
                bytes.length());
        FileRegion view = bytes.part(
                storage.begin() * storage.type().bytes(),
                storage.elements() * storage.type().bytes());
        try {
            return new StoredTensor(name, type, shape, elements(view));
        } catch (ArithmeticException e) {
            throw new RefusedPickle("Tensor " + Quote.of(name) + ": " + e.getMessage() + ".");
        }
    }

    private TensorBytes elements(FileRegion view) {
        long length = TensorSize.bytes(type, shape);
        if (length == 0) {
            return view.part(0, 0);
        }
        long first = Math.multiplyExact(offset, type.bytes());
        long reach = Math.multiplyExact(Math.addExact(distanceToLast(), 1), type.bytes());
        if (offset < 0 || reach > view.length() || first > view.length() - reach) {
            throw new ArithmeticException("its elements reach beyond its storage");
        }
        if (isContiguous()) {
            return view.part(first, length);
        }
        if (length > view.length()) {
            throw new ArithmeticException("it repeats elements (an expanded view); save it after .contiguous()");
        }
        if (reach > Integer.MAX_VALUE) {
            throw new ArithmeticException("it isn't contiguous and spans over 2 GiB; save it after .contiguous()");
        }
        return new StridedRegion(view.part(first, reach), type.bytes(), shape, strides);
    }

    /** How many elements after the first one the last one lies. */
    private long distanceToLast() {
        if (strides.length != shape.length || Arrays.stream(strides).anyMatch(stride -> stride < 0)) {
            throw new ArithmeticException("its strides don't belong to its shape");
        }
        long distance = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            distance = Math.addExact(distance, Math.multiplyExact(shape[axis] - 1, strides[axis]));
        }
        return distance;
    }

    private boolean isContiguous() {
        long expected = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            if (shape[axis] != 1 && strides[axis] != expected) {
                return false;
            }
            expected *= shape[axis];
        }
        return true;
    }
}
