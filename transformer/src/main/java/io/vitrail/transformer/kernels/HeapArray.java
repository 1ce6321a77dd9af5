package io.vitrail.transformer.kernels;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrayAdapter;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Scope;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Numbers of float32 in Java's memory: what {@link StepOperations} compute with. Any other operation has the engine do it with a
 * copy, whose result belongs to this array's manager. It owns nothing that has to be freed.
 */
class HeapArray extends NDArrayAdapter {
    private final float[] numbers;

    /** @param numbers as many as the shape has, one row after the other; they are this array's from now on */
    HeapArray(NDManager manager, Shape shape, float[] numbers) {
        super(manager, manager, shape, DataType.FLOAT32, "");
        this.numbers = numbers;
    }

    /** The numbers themselves, one row after the other. */
    float[] numbers() {
        return numbers;
    }

    /** A copy in the engine's memory, which belongs to that manager. */
    NDArray inEngine(NDManager owner) {
        return Scope.owned(owner.create(FloatBuffer.wrap(numbers()), getShape()));
    }

    @Override
    public NDArray reshape(Shape shape) {
        return new HeapArray(manager, known(shape), numbers());
    }

    /** The shape, with the one size that may be -1 made of the others. */
    private Shape known(Shape shape) {
        long[] sizes = shape.getShape().clone();
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] == -1) { // the only one
                sizes[i] = 1;
                sizes[i] = getShape().size() / new Shape(sizes).size();
            }
        }
        Shape whole = new Shape(sizes);
        Check.that(whole.size() == getShape().size(), "%s can't become %s.", getShape(), shape);
        return whole;
    }

    /*
     * The adapter's copies are of Java's memory and freed with their manager, though a result may be a view of them. So those
     * operations that give views are of copies that the engine owns.
     */

    private NDArray owned() {
        return inEngine(manager);
    }

    @Override
    public NDArray get(NDIndex index) {
        return owned().get(index);
    }

    @Override
    public NDArray get(NDManager owner, NDIndex index) {
        return owned().get(owner, index);
    }

    @Override
    public NDList split(long sections, int axis) {
        return owned().split(sections, axis);
    }

    @Override
    public NDList split(long[] places, int axis) {
        return owned().split(places, axis);
    }

    @Override
    public NDArray transpose() {
        return owned().transpose();
    }

    @Override
    public NDArray transpose(int... axes) {
        return owned().transpose(axes);
    }

    @Override
    public NDArray swapAxes(int first, int second) {
        return owned().swapAxes(first, second);
    }

    @Override
    public NDArray expandDims(int axis) {
        return owned().expandDims(axis);
    }

    @Override
    public NDArray squeeze(int[] axes) {
        return owned().squeeze(axes);
    }

    @Override
    public NDArray flatten(int first, int last) {
        return owned().flatten(first, last);
    }

    @Override
    public NDArray flatten() {
        return reshape(new Shape(getShape().size()));
    }

    @Override
    public NDArray broadcast(Shape shape) {
        return owned().broadcast(shape);
    }

    @Override
    public NDArray toType(DataType type, boolean copy) {
        return owned().toType(type, false);
    }

    @Override
    public NDArray toDevice(Device device, boolean copy) {
        return owned().toDevice(device, false);
    }

    @Override
    public NDArray stopGradient() {
        return owned();
    }

    @Override
    public float[] toFloatArray() {
        return numbers().clone();
    }

    @Override
    public ByteBuffer toByteBuffer(boolean tryDirect) {
        float[] all = numbers();
        ByteBuffer bytes = ByteBuffer.allocateDirect(all.length * Float.BYTES).order(ByteOrder.nativeOrder());
        bytes.asFloatBuffer().put(all);
        return bytes;
    }

    @Override
    public Device getDevice() {
        return Device.cpu();
    }

    /** The copy for the engine is made anew: the old one's manager may be closed. */
    @Override
    public void attach(NDManager other) {
        manager = other;
        alternativeManager = other;
        alternativeArray = null;
    }

    @Override
    public void tempAttach(NDManager other) {
        attach(other);
    }

    @Override
    public void detach() {}

    @Override
    public void intern(NDArray replaced) {
        throw new UnsupportedOperationException("A step's array can't be replaced.");
    }

    @Override
    public void close() {}
}
