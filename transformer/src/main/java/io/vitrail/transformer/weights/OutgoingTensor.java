package io.vitrail.transformer.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.vitrail.transformer.Check;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.util.Map;

/**
 * An array on its way to a file.
 *
 * @param type in which the file stores it
 */
record OutgoingTensor(String name, StorageType type, NDArray array) {
    private static final int CHUNK = 1 << 15; // elements
    private static final Map<DataType, StorageType> UNCHANGED = Map.of(
            DataType.INT64, StorageType.I64,
            DataType.INT32, StorageType.I32,
            DataType.INT8, StorageType.I8,
            DataType.UINT8, StorageType.U8,
            DataType.BOOLEAN, StorageType.BOOL);

    static OutgoingTensor of(String name, NDArray array, StorageType floats) {
        DataType type = array.getDataType();
        boolean known = type == DataType.FLOAT32 || UNCHANGED.containsKey(type);
        Check.that(known, "Array %s of type %s can't be saved; convert it to FLOAT32", Quote.of(name), type);
        boolean small = array.size() <= Integer.MAX_VALUE / type.getNumOfBytes();
        Check.that(small, "Array %s takes over 2 GiB, which one tensor can't; split it", Quote.of(name));
        return new OutgoingTensor(name, type == DataType.FLOAT32 ? floats : UNCHANGED.get(type), array);
    }

    long[] shape() {
        return array.getShape().getShape();
    }

    long bytes() {
        return array.size() * type.bytes();
    }

    /** Writes the elements row by row. */
    void write(FileChannel channel) throws IOException {
        if (array.size() == 0) {
            return;
        }
        try (NDArray rowByRow = array.flatten();
                NDArray onCpu = isOnCpu() ? rowByRow.flatten() : rowByRow.toDevice(Device.cpu(), true)) {
            ByteBuffer elements = onCpu.toByteBuffer(true).order(ByteOrder.LITTLE_ENDIAN);
            switch (type) {
                case F16, BF16 -> writeRounded(channel, elements.asFloatBuffer());
                default -> ReplacedFile.writeAll(channel, elements);
            }
            Reference.reachabilityFence(onCpu);
        }
    }

    private boolean isOnCpu() {
        return array.getDevice().equals(Device.cpu());
    }

    private void writeRounded(FileChannel channel, FloatBuffer floats) throws IOException {
        ByteBuffer rounded = ByteBuffer.allocate(CHUNK * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (floats.hasRemaining()) {
            rounded.clear();
            while (floats.hasRemaining() && rounded.hasRemaining()) {
                float value = floats.get();
                rounded.putShort(type == StorageType.F16 ? Half.toBinary16(value) : Half.toBrainFloat(value));
            }
            ReplacedFile.writeAll(channel, rounded.flip());
        }
    }
}
