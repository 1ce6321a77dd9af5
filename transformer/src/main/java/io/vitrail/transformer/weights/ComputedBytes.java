package io.vitrail.transformer.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Elements of float32 that no file holds: they are computed whenever they are read. */
record ComputedBytes(Path file, Supplier<float[]> elements) implements TensorBytes {

    @Override
    public ByteBuffer read() {
        float[] values = elements.get();
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.multiplyExact(values.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    @Override
    public boolean isMappable() {
        return false;
    }

    @Override
    public ComputedBytes part(Part part) {
        return new ComputedBytes(file, () -> {
            float[] all = elements.get();
            int length = all.length / part.count();
            float[] some = new float[length];
            System.arraycopy(all, part.index() * length, some, 0, length);
            return some;
        });
    }
}
