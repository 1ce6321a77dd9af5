package io.vitrail.transformer.weights;

import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * How a checkpoint stores the elements of a tensor. The names are those of the safetensors format; so is their order,
 * by which its writer sorts.
 *
 * <p>Floating types are computed in float32. Integers become the nearest type that holds every value in DJL.
 */
public enum StorageType {
    BOOL(1, DataType.BOOLEAN, Decoding::booleans),
    U8(1, DataType.UINT8, Decoding::unchanged),
    I8(1, DataType.INT8, Decoding::unchanged),
    I16(2, DataType.INT32, Decoding::shorts),
    U16(2, DataType.INT32, Decoding::unsignedShorts),
    F16(2, DataType.FLOAT32, Decoding::halves),
    BF16(2, DataType.FLOAT32, Decoding::brainFloats),
    I32(4, DataType.INT32, Decoding::unchanged),
    U32(4, DataType.INT64, Decoding::unsignedInts),
    F32(4, DataType.FLOAT32, Decoding::unchanged),
    F64(8, DataType.FLOAT32, Decoding::doubles),
    I64(8, DataType.INT64, Decoding::unchanged),
    U64(8, DataType.INT64, Decoding::unsignedLongs);

    private final int bytes;
    private final DataType arrayType;
    private final BiConsumer<ByteBuffer, ByteBuffer> decoder;

    StorageType(int bytes, DataType arrayType, BiConsumer<ByteBuffer, ByteBuffer> decoder) {
        this.bytes = bytes;
        this.arrayType = arrayType;
        this.decoder = decoder;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** The type of an array that {@link StoredTensor#toArray} makes of this one. */
    public DataType arrayType() {
        return arrayType;
    }

    /** Whether the elements are floating-point numbers. */
    public boolean isFloating() {
        return arrayType == DataType.FLOAT32;
    }

    /**
     * Converts all elements to {@link #arrayType}; both buffers are little-endian and read from their positions.
     *
     * @throws ArithmeticException if an element is too large for the array's type
     */
    void decode(ByteBuffer source, ByteBuffer target) {
        decoder.accept(source, target);
    }

    /**
     * The type of that name.
     *
     * @throws IllegalArgumentException if there is none; the message lists all
     */
    static StorageType named(String name) {
        List<StorageType> all = Arrays.asList(values());
        return all.stream()
                .filter(type -> type.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "Element type " + Quote.of(name) + " is not supported; supported are " + all + "."));
    }
}
