package io.vitrail.transformer.verify;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.weights.SafeTensorsWriter;
import io.vitrail.transformer.weights.StorageType;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A tensor as golden files hold it, in plain Java memory: floating values, or whole numbers and pixels.
 *
 * @param kind which of the two arrays counts
 * @param shape its axes
 * @param floats the values if floating, else empty
 * @param integers the values if whole, else empty
 */
public record GoldenTensor(Kind kind, long[] shape, float[] floats, long[] integers) {
    /** What the values are. */
    public enum Kind {
        FLOAT,
        INTEGER,
        PIXEL
    }

    public GoldenTensor {
        int values = kind == Kind.FLOAT ? floats.length : integers.length;
        Check.that(
                new Shape(shape).size() == values,
                "%d values don't fill the shape %s.",
                values,
                Arrays.toString(shape));
    }

    public static GoldenTensor of(long[] shape, float[] values) {
        return new GoldenTensor(Kind.FLOAT, shape.clone(), values, new long[0]);
    }

    public static GoldenTensor of(long[] shape, long[] values) {
        return new GoldenTensor(Kind.INTEGER, shape.clone(), new float[0], values);
    }

    /** Unsigned bytes. */
    public static GoldenTensor ofPixels(long[] shape, byte[] values) {
        long[] pixels = new long[values.length];
        Arrays.setAll(pixels, i -> values[i] & 0xff);
        return new GoldenTensor(Kind.PIXEL, shape.clone(), new float[0], pixels);
    }

    /** A copy of a float32 or int64 array. */
    public static GoldenTensor of(NDArray array) {
        long[] shape = array.getShape().getShape();
        return array.getDataType() == DataType.FLOAT32
                ? of(shape, array.toFloatArray())
                : of(shape, array.toLongArray());
    }

    /** A copy that belongs to the manager: float32, int64 or uint8. */
    public NDArray toArray(NDManager manager) {
        Shape axes = new Shape(shape);
        return switch (kind) {
            case FLOAT -> manager.create(floats, axes);
            case INTEGER -> manager.create(integers, axes);
            case PIXEL -> manager.create(pixels(), axes, DataType.UINT8);
        };
    }

    /** The values as unsigned bytes, if they are pixels. */
    public ByteBuffer pixels() {
        Check.that(kind == Kind.PIXEL, "The tensor holds %s values, not pixels.", kind);
        ByteBuffer bytes = ByteBuffer.allocate(integers.length);
        for (long value : integers) {
            bytes.put((byte) value);
        }
        return bytes.flip();
    }

    /** Writes tensors by name as a safetensors file. */
    public static void write(Path file, Map<String, GoldenTensor> tensors) {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            Map<String, NDArray> arrays = new LinkedHashMap<>();
            tensors.forEach((name, tensor) -> arrays.put(name, tensor.toArray(manager)));
            SafeTensorsWriter.write(file, arrays, StorageType.F32, Map.of());
        }
    }

    int size() {
        return kind == Kind.FLOAT ? floats.length : integers.length;
    }

    double value(int index) {
        return kind == Kind.FLOAT ? floats[index] : integers[index];
    }

    /** Every step-th row and column: of the last two axes. */
    GoldenTensor subsampled(int step) {
        int axes = shape.length;
        Check.that(axes >= 2, "A tensor of shape %s has no rows and columns to subsample.", Arrays.toString(shape));
        long[] less = shape.clone();
        less[axes - 2] = (shape[axes - 2] + step - 1) / step;
        less[axes - 1] = (shape[axes - 1] + step - 1) / step;
        int columns = (int) shape[axes - 1];
        int rows = (int) shape[axes - 2];
        int[] kept = new int[Math.toIntExact(new Shape(less).size())];
        int next = 0;
        for (int plane = 0; plane < size() / Math.max(rows * columns, 1); plane++) {
            for (int row = 0; row < rows; row += step) {
                for (int column = 0; column < columns; column += step) {
                    kept[next++] = (plane * rows + row) * columns + column;
                }
            }
        }
        return picked(less, kept);
    }

    /** With 0 wherever the mask [batch, positions] is 0; tensors of another form stay. */
    GoldenTensor masked(GoldenTensor mask) {
        Check.that(
                mask.shape.length == 2,
                "A mask of outputs must have the shape [batch, positions], not %s.",
                Arrays.toString(mask.shape));
        if (shape.length < 2 || shape[0] != mask.shape[0] || shape[1] != mask.shape[1]) {
            return this;
        }
        GoldenTensor copy = new GoldenTensor(kind, shape, floats.clone(), integers.clone());
        int inner = size() / Math.max(mask.size(), 1);
        for (int i = 0; i < mask.size(); i++) {
            if (mask.value(i) == 0) {
                fillZero(copy, i * inner, (i + 1) * inner);
            }
        }
        return copy;
    }

    private static void fillZero(GoldenTensor tensor, int from, int to) {
        if (tensor.kind == Kind.FLOAT) {
            Arrays.fill(tensor.floats, from, to, 0);
        } else {
            Arrays.fill(tensor.integers, from, to, 0);
        }
    }

    private GoldenTensor picked(long[] newShape, int[] indices) {
        if (kind != Kind.FLOAT) {
            return new GoldenTensor(
                    kind,
                    newShape,
                    floats,
                    Arrays.stream(indices).mapToLong(i -> integers[i]).toArray());
        }
        float[] values = new float[indices.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = floats[indices[i]];
        }
        return new GoldenTensor(kind, newShape, values, integers);
    }
}
