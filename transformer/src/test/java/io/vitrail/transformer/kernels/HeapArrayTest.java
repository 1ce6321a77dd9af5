package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.NativeMemory;
import io.vitrail.transformer.Scope;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An array in Java's memory serves wherever one of the engine does. */
class HeapArrayTest {
    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @BeforeEach
    void seed() {
        DjlEngine.get().setRandomSeed(42);
    }

    @AfterEach
    void free() {
        manager.close();
    }

    private NDArray normal(long... shape) {
        return manager.randomNormal(new Shape(shape));
    }

    private static NDArray heap(NDArray x) {
        return new HeapArray(x.getManager(), x.getShape(), x.toFloatArray());
    }

    private void assertEqual(NDArray actual, NDArray expected, Object what) {
        assertThat(actual.getShape()).as("%s", what).isEqualTo(expected.getShape());
        assertThat(actual.getDataType()).as("%s", what).isEqualTo(expected.getDataType());
        assertThat(actual.getManager()).as("%s", what).isSameAs(manager);
        assertThat(actual.toByteBuffer()).as("%s", what).isEqualTo(expected.toByteBuffer());
    }

    @Test
    void describesItself() {
        NDArray x = normal(2, 3);
        NDArray y = heap(x);
        assertThat(y.getShape()).isEqualTo(new Shape(2, 3));
        assertThat(y.getDataType()).isEqualTo(DataType.FLOAT32);
        assertThat(y.getDevice()).isEqualTo(x.getDevice());
        assertThat(y.getManager()).isSameAs(manager);
        assertThat(y.size()).isEqualTo(6);
        assertThat(y.toFloatArray()).containsExactly(x.toFloatArray());
        assertThat(y.toByteBuffer()).isEqualTo(x.toByteBuffer());
        assertThat(y.toDebugString(10, 10, 10, 10, true)).contains("(2, 3)");
    }

    @Test
    void copiesArentTheArray() {
        NDArray x = heap(normal(2, 3));
        float[] before = x.toFloatArray();
        x.toFloatArray()[0] = 7;
        x.toByteBuffer().putFloat(0, 7);
        x.duplicate().muli(7);
        assertThat(x.toFloatArray()).containsExactly(before);
    }

    @Test
    void reshaping() {
        NDArray x = normal(2, 3, 4);
        NDArray y = heap(x);
        for (Shape shape : List.of(
                new Shape(24),
                new Shape(-1),
                new Shape(6, -1),
                new Shape(-1, 4),
                new Shape(2, -1, 2, 2),
                new Shape(4, 6))) {
            NDArray other = y.reshape(shape);
            assertThat(other).isInstanceOf(HeapArray.class);
            assertEqual(other, x.reshape(shape), shape);
        }
        assertEqual(y.reshape(2, 12), x.reshape(2, 12), "numbers");
        for (Shape wrong : List.of(new Shape(5, -1), new Shape(23), new Shape(2, 3, 5), new Shape(0, -1))) {
            assertThatThrownBy(() -> y.reshape(wrong)).isInstanceOf(RuntimeException.class);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> y.reshape(5, 5))
                .withMessage("(2, 3, 4) can't become (5, 5).");
    }

    @Test
    void theEngineDoesTheRest() {
        NDArray x = normal(2, 3, 4);
        NDArray indices = manager.create(new long[] {1, 0, 1});
        Map<String, UnaryOperator<NDArray>> operations = Map.ofEntries(
                Map.entry("get", y -> y.get(":, -1")),
                Map.entry("get some", y -> y.get(":, 1:3")),
                Map.entry("get one", y -> y.get("1, 2, 3")),
                Map.entry("get rows", y -> y.get(indices)),
                Map.entry("split", y -> y.split(2, 2).get(1)),
                Map.entry("split at", y -> y.split(new long[] {1}, 1).get(1)),
                Map.entry("transpose", NDArray::transpose),
                Map.entry("transpose axes", y -> y.transpose(1, 0, 2)),
                Map.entry("swap", y -> y.swapAxes(1, 2)),
                Map.entry("expand", y -> y.expandDims(1)),
                Map.entry("squeeze", y -> y.expandDims(0).squeeze(0)),
                Map.entry("flatten", NDArray::flatten),
                Map.entry("duplicate", NDArray::duplicate),
                Map.entry("arg max", y -> y.argMax(-1)),
                Map.entry("softmax", y -> y.softmax(-1)),
                Map.entry("repeat", y -> y.repeat(1, 2)),
                Map.entry("mean", y -> y.mean(new int[] {1}, true)),
                Map.entry("sum", NDArray::sum),
                Map.entry("max", NDArray::max),
                Map.entry("negative", NDArray::neg),
                Map.entry("square", NDArray::square),
                Map.entry("norm", NDArray::norm),
                Map.entry("greater", y -> y.gt(0)),
                Map.entry("type", y -> y.toType(DataType.FLOAT64, false)),
                Map.entry("same type", y -> y.toType(DataType.FLOAT32, true)),
                Map.entry("times", y -> y.mul(3)),
                Map.entry("broadcast", y -> y.expandDims(0).broadcast(5, 2, 3, 4)));
        operations.forEach((name, operation) -> assertEqual(operation.apply(heap(x)), operation.apply(x), name));
    }

    @Test
    void onEitherSideOfAnOperation() {
        NDArray x = normal(2, 3, 4);
        NDArray y = normal(2, 3, 4);
        Map<String, BinaryOperator<NDArray>> operations = Map.ofEntries(
                Map.entry("add", NDArray::add),
                Map.entry("subtract", NDArray::sub),
                Map.entry("multiply", NDArray::mul),
                Map.entry("divide", NDArray::div),
                Map.entry("maximum", NDArray::maximum),
                Map.entry("less", NDArray::lt),
                Map.entry("product", (a, b) -> a.matMul(b.swapAxes(1, 2))),
                Map.entry("product of reshaped", (a, b) -> a.matMul(b.reshape(2, 4, 3))),
                Map.entry("concat", (a, b) -> a.concat(b, 1)),
                Map.entry("concat list", (a, b) -> NDArrays.concat(new NDList(a, b, a), 2)),
                Map.entry("stack", (a, b) -> NDArrays.stack(new NDList(a, b), 1)),
                Map.entry("where", (a, b) -> NDArrays.where(a.gt(0), a, b)));
        operations.forEach((name, operation) -> {
            NDArray expected = operation.apply(x, y);
            assertEqual(operation.apply(heap(x), y), expected, name);
            assertEqual(operation.apply(x, heap(y)), expected, name);
            assertEqual(operation.apply(heap(x), heap(y)), expected, name);
        });
    }

    @Test
    void severalOperationsOnOneArray() {
        NDArray x = normal(2, 3);
        NDArray y = heap(x);
        NDArray view = y.get("0");
        NDArray sum = y.add(1f);
        y.attach(manager.newSubManager());
        NDArray later = y.mul(2f);
        assertThat(view.toFloatArray()).containsExactly(x.get("0").toFloatArray());
        assertThat(sum.toFloatArray()).containsExactly(x.add(1f).toFloatArray());
        assertThat(later.toFloatArray()).containsExactly(x.mul(2f).toFloatArray());
    }

    @Test
    void resultsBelongToItsManager() {
        NDArray x = heap(normal(2, 3));
        x.mul(2);
        try (NDManager pass = manager.newSubManager()) {
            NDArray lent = Scope.lend(x, pass);
            assertThat(lent.getManager()).isSameAs(pass);
            assertThat(x.getManager()).isSameAs(manager);
            assertThat(lent.add(1f).getManager()).isSameAs(pass);
            assertThat(lent.reshape(3, 2).getManager()).isSameAs(pass);
            NDArray moved = heap(normal(2, 3));
            moved.mul(2);
            moved.attach(pass);
            assertThat(moved.getManager()).isSameAs(pass);
            assertThat(moved.mul(2).getManager()).isSameAs(pass);
        }
        assertThat(x.add(1f).toFloatArray()).hasSize(6);
    }

    /** It isn't freed with its manager: what a scope gives may be attached to the outer one before or after its end. */
    @Test
    void itOutlivesAScope() {
        NDArray x;
        try (NDManager pass = manager.newSubManager()) {
            x = new HeapArray(pass, new Shape(3), new float[] {1, 2, 3});
            x.add(1f);
            x.attach(manager);
        }
        assertThat(x.add(1f).toFloatArray()).containsExactly(2, 3, 4);
        x.close();
        NDArray scoped = Scope.of(new HeapArray(manager, new Shape(3), new float[] {1, 2, 3}), y -> y.reshape(3, 1));
        assertThat(scoped.getManager()).isSameAs(manager);
        assertThat(scoped.add(1f).toFloatArray()).containsExactly(2, 3, 4);
    }

    /** Copies for the engine are of the scope that the array belongs to. */
    @Test
    void nothingIsLeftBehind() {
        NDArray update = normal(1, 1, 8);
        Set<String> before = NativeMemory.arrays();
        try (NDManager pass = manager.newSubManager()) {
            NDArray x = new HeapArray(pass, new Shape(1, 1, 8), new float[8]);
            x.add(update);
            x.get(":, 0").add(update);
            x.concat(x, 1);
            StepFace.FLOAT32.operations().residual(x, update, update);
            StepFace.FLOAT32.operations().multiply(x, x);
            StepFace.FLOAT32.operations().layerNorm(x, update.reshape(8), update.reshape(8), 1);
            Scope.lend(x, pass).mul(2);
        }
        assertThat(NativeMemory.arrays().stream().filter(uid -> !before.contains(uid)))
                .hasSize(2); // the reshaped scales
    }
}
