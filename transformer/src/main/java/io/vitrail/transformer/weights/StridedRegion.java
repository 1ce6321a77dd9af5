package io.vitrail.transformer.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Elements that don't lie row by row, such as those of a transposed view that was pickled.
 *
 * @param region from the first element to the last
 * @param elementBytes bytes of an element
 * @param shape the tensor's shape, without a 0
 * @param strides per axis, how many elements further its next index lies; no reachable element lies outside the region
 */
record StridedRegion(FileRegion region, int elementBytes, long[] shape, long[] strides) implements TensorBytes {

    @Override
    public Path file() {
        return region.file();
    }

    @Override
    public StridedRegion part(Part part) {
        long[] rows = shape.clone();
        rows[0] /= part.count();
        long start = part.index() * rows[0] * strides[0] * elementBytes;
        return new StridedRegion(region.part(start, region.length() - start), elementBytes, rows, strides);
    }

    @Override
    public boolean isMappable() {
        return false;
    }

    @Override
    public ByteBuffer read() {
        ByteBuffer source = region.read();
        int count = 1;
        for (long length : shape) {
            count = Math.toIntExact(count * length);
        }
        ByteBuffer target = ByteBuffer.allocateDirect(Math.multiplyExact(count, elementBytes));
        long[] index = new long[shape.length];
        for (int i = 0; i < count; i++) {
            copyElement(source, target, i, position(index));
            advance(index);
        }
        return target.order(ByteOrder.LITTLE_ENDIAN);
    }

    private int position(long[] index) {
        long position = 0;
        for (int axis = 0; axis < index.length; axis++) {
            position += index[axis] * strides[axis];
        }
        return (int) position;
    }

    /** To the next index, the last axis fastest. */
    private void advance(long[] index) {
        for (int axis = index.length - 1; axis >= 0; axis--) {
            if (++index[axis] < shape[axis]) {
                return;
            }
            index[axis] = 0;
        }
    }

    private void copyElement(ByteBuffer source, ByteBuffer target, int to, int from) {
        target.put(to * elementBytes, source, from * elementBytes, elementBytes);
    }
}
