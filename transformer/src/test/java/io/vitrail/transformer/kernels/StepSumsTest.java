package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.NativeMemory;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sums, products and turns, of arrays in the engine's memory and in Java's, on either side. */
class StepSumsTest {
    private static final Operations READABLE = ReadableOperations.INSTANCE;

    private final NDManager manager = DjlEngine.newManager(Device.cpu());
    private final NDManager other = DjlEngine.newManager(Device.cpu());

    @BeforeEach
    void seed() {
        DjlEngine.get().setRandomSeed(42);
    }

    @AfterEach
    void free() {
        manager.close();
        other.close();
    }

    private NDArray normal(long... shape) {
        return manager.randomNormal(new Shape(shape));
    }

    private static NDArray heap(NDArray x) {
        return new HeapArray(x.getManager(), x.getShape(), x.toFloatArray());
    }

    /** A copy, so that x may be overwritten; in the engine's memory, in an unusual order there, and in Java's. */
    private static List<NDArray> kinds(NDArray x) {
        return List.of(x.duplicate(), x.swapAxes(0, -1).duplicate().swapAxes(0, -1), heap(x));
    }

    private NDArray ofOther(NDArray y) {
        y.attach(other);
        return y;
    }

    /** Of every kind, the second argument another manager's. */
    private void assertEqual(NDArray x, NDArray y, NDArray expected, BinaryOperator<NDArray> operation) {
        for (int i = 0; i < 3; i++) {
            for (NDArray second : kinds(y)) {
                NDArray actual = operation.apply(kinds(x).get(i), ofOther(second));
                assertThat(actual.getManager()).isSameAs(manager);
                assertThat(actual.getShape()).isEqualTo(expected.getShape());
                assertThat(actual.getDataType()).isEqualTo(DataType.FLOAT32);
                assertThat(StepFace.distance(actual, expected)).isLessThan(2e-6f);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void residual(StepFace face) {
        for (int rows : new int[] {1, 3, 4, 5, 9}) {
            NDArray x = normal(rows, 1, 37);
            NDArray update = normal(rows, 1, 37);
            assertEqual(x, update, x.add(update), face.operations()::residual);
        }
        NDArray x = normal(3, 2, 37);
        NDArray shared = normal(2, 37);
        assertEqual(x, shared, x.add(shared), face.operations()::residual);
        NDArray few = normal(1, 2, 37);
        NDArray one = normal(1, 37);
        assertEqual(few, one, few.add(one), face.operations()::residual);
    }

    @ParameterizedTest
    @EnumSource
    void residualWithALayer(StepFace face) {
        Affine loaded = new Affine(
                normal(37, 53), Optional.of(normal(37).mul(16).round().div(16)), 53, 37);
        Affine ready = face.operations().prepare(loaded);
        for (int rows : new int[] {1, 3, 4}) {
            NDArray x = normal(rows, 1, 37);
            NDArray y = normal(rows, 1, 53);
            NDArray expected = READABLE.residual(x, y, face.read(loaded));
            assertEqual(x, y, expected, (a, b) -> face.operations().residual(a, b, ready));
        }
    }

    @ParameterizedTest
    @EnumSource
    void residualWithAScale(StepFace face) {
        NDArray scale = normal(37);
        for (int rows : new int[] {1, 4, 6}) {
            NDArray x = normal(rows, 1, 37);
            NDArray y = normal(rows, 1, 37);
            assertEqual(x, y, x.add(y.mul(scale)), (a, b) -> face.operations().residual(a, b, scale));
        }
    }

    /** Only x may be overwritten. */
    @ParameterizedTest
    @EnumSource
    void whatIsAddedStays(StepFace face) {
        Operations steps = face.operations();
        Affine ready = steps.prepare(new Affine(normal(8, 8), Optional.empty(), 8, 8));
        for (NDArray update : kinds(normal(1, 1, 8))) {
            float[] before = update.toFloatArray();
            steps.residual(heap(normal(1, 1, 8)), update);
            steps.residual(normal(1, 1, 8), update);
            steps.residual(normal(1, 1, 8), update, ready);
            steps.residual(heap(normal(1, 1, 8)), update, normal(8));
            steps.multiply(heap(normal(1, 1, 8)), update);
            steps.activate(update, Activation.SILU);
            steps.linear(update, ready, Activation.SILU);
            steps.gated(update, ready, Activation.SILU);
            assertThat(update.toFloatArray()).containsExactly(before);
        }
    }

    @ParameterizedTest
    @EnumSource
    void multiply(StepFace face) {
        for (int rows : new int[] {1, 4, 6}) {
            NDArray x = normal(rows, 1, 37);
            NDArray y = normal(rows, 1, 37);
            assertEqual(x, y, x.mul(y), face.operations()::multiply);
        }
        NDArray x = normal(2, 1, 37);
        NDArray y = normal(37, 1).transpose();
        assertEqual(x, y, x.mul(y), face.operations()::multiply);
    }

    @ParameterizedTest
    @EnumSource
    void rotate(StepFace face) {
        NDArray x = normal(2, 3, 1, 8);
        for (Shape shape : List.of(new Shape(1, 8), new Shape(2, 1, 1, 8))) {
            NDArray cos = manager.randomNormal(shape);
            NDArray sin = manager.randomNormal(shape);
            assertEqual(x, cos, READABLE.rotate(x, cos, sin), (a, b) -> face.operations()
                    .rotate(a, b, sin));
            assertEqual(x, sin, READABLE.rotate(x, cos, sin), (a, b) -> face.operations()
                    .rotate(a, heap(cos), b));
        }
    }

    @ParameterizedTest
    @EnumSource
    void activate(StepFace face) {
        for (Activation activation : Activation.values()) {
            NDArray x = normal(3, 65).mul(2);
            NDArray expected = READABLE.activate(x, activation);
            for (NDArray kind : kinds(x)) {
                NDArray actual = face.operations().activate(kind, activation);
                assertThat(actual.getManager()).isSameAs(manager);
                assertThat(StepFace.distance(actual, expected)).isLessThan(2e-6f);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void enterAndLeaveKeepFloat32(StepFace face) {
        Operations steps = face.operations();
        for (NDArray x : kinds(normal(2, 1, 5))) {
            NDArray left = steps.leave(steps.enter(x));
            assertThat(left.getDataType()).isEqualTo(DataType.FLOAT32);
            assertThat(left.toFloatArray()).containsExactly(x.toFloatArray());
        }
    }

    @ParameterizedTest
    @EnumSource
    void fewTokensEnterJavasMemory(StepFace face) {
        Operations steps = face.operations();
        assertThat(steps.enter(normal(2, 2, 5))).isInstanceOf(HeapArray.class);
        NDArray many = normal(1, 5, 5);
        assertThat(steps.enter(many)).isSameAs(many);
        NDArray wholes = manager.ones(new Shape(1, 1, 5), DataType.INT64);
        assertThat(steps.enter(wholes)).isSameAs(wholes);
    }

    @ParameterizedTest
    @EnumSource
    void onlyWithinTheDecoderWeightsAreRounded(StepFace face) {
        Operations outside = face.outside();
        assertThat(outside.within().within()).isSameAs(outside.within());
        assertThat(outside.within() == outside).isEqualTo(face == StepFace.FLOAT32);
        assertThat(outside.toString()).isEqualTo(face.engineOutside() + ", steps in Java");
        assertThat(outside.computesWithLoaded()).isEqualTo(face.engineOutside().computesWithLoaded());
        Affine one = new Affine(manager.create(new float[] {1.001f, 1}, new Shape(1, 2)), Optional.empty(), 2, 1);
        NDArray x = heap(manager.create(new float[] {1, 0}, new Shape(1, 1, 2)));
        NDArray y = outside.linear(x, outside.prepare(one), Activation.LINEAR);
        assertThat(y.toFloatArray()).containsExactly(1.001f);
        assertThat(outside.sharedLinear(x, one).toFloatArray()).containsExactly(1.001f);
        NDArray vector = normal(3);
        assertThat(outside.prepare(vector)).isSameAs(vector);
    }

    /** What the engine computed from a copy doesn't end with the copy's scope. */
    @Test
    void resultsMayLeaveTheirScope() {
        Operations steps = StepFace.FLOAT32.operations();
        NDArray update = normal(2, 2, 32);
        NDArray ones = manager.ones(new Shape(32));
        float[] zeros = new float[128];
        List<BinaryOperator<NDArray>> operations = List.of(
                (x, y) -> steps.residual(x, y, ones),
                (x, y) -> steps.residual(x.reshape(1, 2, 2, 32), y).reshape(2, 2, 32),
                (x, y) -> steps.residual(x, y).get(":"),
                (x, y) -> steps.residual(x, y).add(0f),
                (x, y) -> steps.residual(x, y));
        for (BinaryOperator<NDArray> operation : operations) {
            NDArray result;
            try (NDManager scope = manager.newSubManager()) {
                result = operation.apply(new HeapArray(scope, update.getShape(), zeros.clone()), update);
                result.attach(manager);
            }
            NativeMemory.directBytes(); // collects garbage
            for (int i = 0; i < 1000; i++) {
                manager.create(new float[128]);
            }
            assertThat(result.toFloatArray()).containsExactly(update.toFloatArray());
        }
    }
}
