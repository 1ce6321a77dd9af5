package io.vitrail.transformer.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Check;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * A tensor in a file of weights: its name, element type and shape, and where its elements lie. They are read when asked
 * for, from any thread, while the file is open.
 */
public final class StoredTensor {
    private final String name;
    private final StorageType type;
    private final long[] shape;
    private final TensorBytes elements;

    /** The caller has checked the shape with {@link TensorSize}, and that so many bytes lie within the file. */
    StoredTensor(String name, StorageType type, long[] shape, TensorBytes elements) {
        this.name = name;
        this.type = type;
        this.shape = shape;
        this.elements = elements;
    }

    /**
     * A tensor of float32 that no file holds: its elements are computed, row by row, whenever they are read.
     *
     * @param origin names it, and tells what messages say of where it is from
     */
    public static StoredTensor computed(StoredTensor origin, long[] shape, Supplier<float[]> elements) {
        return new StoredTensor(
                origin.name, StorageType.F32, shape.clone(), new ComputedBytes(origin.file(), elements));
    }

    /** The name that the file gives it. */
    public String name() {
        return name;
    }

    /** How its elements are stored. */
    public StorageType type() {
        return type;
    }

    /** The lengths of its axes; a copy. */
    public long[] shape() {
        return shape.clone();
    }

    /** The number of its elements. */
    public long size() {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    /** The number of bytes that its elements take in the file. */
    public long bytes() {
        return size() * type.bytes();
    }

    /** The file that it lies in. */
    public Path file() {
        return elements.file();
    }

    /**
     * Its elements row by row in a read-only, direct, little-endian buffer. The buffer stays valid when the file is
     * closed.
     *
     * @throws CheckpointException if it takes more than 2 GiB
     */
    public ByteBuffer buffer() {
        return read().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Its elements as an array: float32 of floating types, otherwise {@link StorageType#arrayType}.
     *
     * <p>Float32 elements are used where they lie in the file, without a copy, if they are aligned, the file is
     * writable and the manager's device is the CPU; writes to the array stay private. DJL's array then holds the mapped
     * buffer (read in the byte code of DJL 0.35.1: {@code PtNDArray.dataRef}) until it is closed, but views such as
     * {@code reshape} make of it don't: they must not be used after it is closed. Everything else is copied to memory
     * of the engine's own.
     *
     * @param manager the owner of the array
     * @throws CheckpointException if it takes more than 2 GiB as stored or as an array
     */
    public NDArray toArray(NDManager manager) {
        if (size() == 0 || !elements.isMappable() || type != StorageType.F32 || !onCpu(manager)) {
            return toCopiedArray(manager);
        }
        ByteBuffer buffer = read();
        boolean aligned = buffer.alignmentOffset(0, Float.BYTES) == 0;
        boolean usable = aligned && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        return usable ? manager.create(buffer, new Shape(shape), type.arrayType()) : toCopiedArray(manager);
    }

    /** As {@link #toArray}, but always in memory of the engine's own: views may outlive the array. */
    NDArray toCopiedArray(NDManager manager) {
        if (onCpu(manager)) {
            return copy(manager);
        }
        try (NDManager onCpu = manager.newSubManager(Device.cpu())) {
            NDArray moved = copy(onCpu).toDevice(manager.getDevice(), true);
            moved.attach(manager);
            return moved;
        }
    }

    /**
     * Overwrites an array of this shape and {@link StorageType#arrayType}, in memory of its own: {@link NDArray#set}
     * would make {@link #buffer} itself the array's memory, which may be for reading only.
     */
    public void copyTo(NDArray array) {
        try (NDManager scope = array.getManager().newSubManager()) {
            toCopiedArray(scope).copyTo(array);
        }
    }

    /**
     * As {@link #toArray}, of a floating type, on the heap.
     *
     * @throws CheckpointException if it takes more than 2 GiB as stored or as float32
     */
    public float[] floats() {
        Check.that(type.isFloating(), "Tensor %s holds %s, not floating-point numbers", Quote.of(name), type);
        requireAtMost2GiB(arrayBytes(), "as " + type.arrayType());
        ByteBuffer source = read();
        ByteBuffer target = ByteBuffer.allocate((int) arrayBytes()).order(ByteOrder.LITTLE_ENDIAN);
        type.decode(source, target);
        float[] floats = new float[target.capacity() / Float.BYTES];
        target.rewind().asFloatBuffer().get(floats);
        return floats;
    }

    /** The same elements in another shape of the same size. */
    StoredTensor reshaped(long[] other) {
        return new StoredTensor(name, type, other.clone(), elements);
    }

    /** One of its parts; the caller has checked that their number divides the first axis. */
    StoredTensor part(Part part) {
        long[] rows = shape.clone();
        rows[0] /= part.count();
        return new StoredTensor(name, type, rows, elements.part(part));
    }

    private NDArray copy(NDManager manager) {
        requireAtMost2GiB(arrayBytes(), "as " + type.arrayType());
        NDArray array = manager.create(new Shape(shape), type.arrayType());
        try {
            if (size() > 0) {
                type.decode(read(), array.toByteBuffer(true).order(ByteOrder.LITTLE_ENDIAN));
            }
        } catch (ArithmeticException e) {
            array.close();
            throw CheckpointException.of(
                    "Tensor " + Quote.of(name) + " holds a value that DJL can't: " + e.getMessage() + ".",
                    file(),
                    "store it as I64.",
                    e);
        } finally {
            Reference.reachabilityFence(array); // toByteBuffer's buffer doesn't keep it alive
        }
        return array;
    }

    private ByteBuffer read() {
        requireAtMost2GiB(bytes(), "as " + type);
        return elements.read();
    }

    private long arrayBytes() {
        return size() * type.arrayType().getNumOfBytes();
    }

    private void requireAtMost2GiB(long bytes, String how) {
        if (bytes > Integer.MAX_VALUE) {
            throw CheckpointException.of(
                    "Tensor " + Quote.of(name) + " takes " + bytes + " bytes " + how + "; one tensor may take 2 GiB.",
                    file(),
                    "use a smaller model, or split the tensor.");
        }
    }

    private static boolean onCpu(NDManager manager) {
        return manager.getDevice().equals(Device.cpu());
    }

    @Override
    public String toString() {
        return Quote.of(name) + " " + type + Arrays.toString(shape);
    }
}
