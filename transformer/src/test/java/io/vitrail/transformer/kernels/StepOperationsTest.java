package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a step does with vectors of tokens equals the readable operations with weights that are rounded likewise. */
class StepOperationsTest {
    private static final Operations READABLE = ReadableOperations.INSTANCE;
    private static final float TOLERANCE = 2e-6f;

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

    /** In Java's memory. */
    private static NDArray heap(NDArray x) {
        return new HeapArray(x.getManager(), x.getShape(), x.toFloatArray());
    }

    /** The engine's array, the same in Java's memory, and one whose numbers lie in another order. */
    private static List<NDArray> kinds(NDArray x) {
        NDArray turned = x.swapAxes(0, -1).duplicate().swapAxes(0, -1);
        return List.of(x, heap(x), turned);
    }

    private static void assertNear(NDArray actual, NDArray expected, Object what) {
        assertThat(actual.getShape()).as("%s", what).isEqualTo(expected.getShape());
        assertThat(actual.getDataType()).isEqualTo(DataType.FLOAT32);
        assertThat(actual.getManager()).isSameAs(expected.getManager());
        assertThat(StepFace.distance(actual, expected)).as("%s", what).isLessThan(TOLERANCE);
    }

    private Affine layer(int in, int out) {
        return new Affine(normal(out, in).mul(0.3f), Optional.of(bias(out)), in, out);
    }

    /** Which bfloat16 holds. */
    private NDArray bias(long width) {
        return normal(width).mul(16).round().div(16);
    }

    private static Shape[] few(long width) {
        return new Shape[] {
            new Shape(width),
            new Shape(1, 1, width),
            new Shape(3, 1, width),
            new Shape(2, width),
            new Shape(1, 4, width)
        };
    }

    @ParameterizedTest
    @EnumSource
    void whatOnlyReadsHasNoWeightsForSteps(StepFace face) {
        Operations reading = face.operations().reading();
        assertThat(reading.prepare(layer(37, 53)).steps()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void linearWithEachActivation(StepFace face) {
        Operations steps = face.operations();
        Affine loaded = layer(37, 53);
        Affine ready = steps.prepare(loaded);
        assertThat(ready.steps()).isPresent();
        for (Shape shape : few(37)) {
            NDArray x = manager.randomNormal(shape);
            for (Activation activation : Activation.values()) {
                NDArray expected = READABLE.linear(x, face.read(loaded), activation);
                for (NDArray kind : kinds(x)) {
                    NDArray y = steps.linear(kind, ready, activation);
                    assertThat(y).isInstanceOf(HeapArray.class);
                    assertNear(y, expected, activation);
                }
            }
        }
    }

    /** So wide that threads share the rows, each of which ends between vectors. */
    @ParameterizedTest
    @EnumSource
    void linearByShares(StepFace face) {
        Operations steps = face.operations();
        for (int[] sizes : new int[][] {{1000, 333}, {577, 1201}, {2000, 3}, {1, 60_000}}) {
            Affine loaded = layer(sizes[0], sizes[1]);
            Affine ready = steps.prepare(loaded);
            NDArray x = normal(3, 1, sizes[0]).mul(0.05f);
            for (Activation activation : List.of(Activation.LINEAR, Activation.GELU, Activation.MISH)) {
                NDArray expected = READABLE.linear(x, face.read(loaded), activation);
                assertNear(steps.linear(x, ready, activation), expected, activation);
            }
        }
    }

    /** Weights are copied by some rows at a time. */
    @Test
    void aMatrixOfMillionsIsCopiedWhole() {
        Operations steps = StepFace.FLOAT32.operations();
        Affine loaded = new Affine(normal(5, 1 << 21), Optional.empty(), 1 << 21, 5);
        HeapWeights weights = (HeapWeights) steps.prepare(loaded).steps().orElseThrow();
        for (int row = 0; row < 5; row++) {
            for (int column : new int[] {0, 1000, (1 << 21) - 1}) {
                float[] x = new float[1 << 21];
                x[column] = 1;
                assertThat(StepFace.output(weights, row, x))
                        .isEqualTo(loaded.weight().getFloat(row, column));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void linearWithoutBias(StepFace face) {
        for (int width : new int[] {1, 64, 128, 130}) {
            Affine loaded = new Affine(normal(5, width), Optional.empty(), width, 5);
            Affine ready = face.operations().prepare(loaded);
            NDArray x = normal(1, 1, width);
            NDArray expected = READABLE.linear(x, face.read(loaded), Activation.LINEAR);
            assertNear(face.operations().linear(x, ready, Activation.LINEAR), expected, width);
        }
    }

    /** As a checkpoint has it whose matrices are turned. */
    @ParameterizedTest
    @EnumSource
    void aTurnedMatrixIsReadRightly(StepFace face) {
        Affine turned = new Affine(normal(37, 53).transpose(), Optional.of(bias(53)), 37, 53);
        NDArray x = normal(1, 1, 37);
        NDArray expected = READABLE.linear(x, face.read(turned), Activation.LINEAR);
        Affine ready = face.operations().prepare(turned);
        assertNear(face.operations().linear(x, ready, Activation.LINEAR), expected, face);
    }

    @ParameterizedTest
    @EnumSource
    void preparedWeightsAreNew(StepFace face) {
        NDArray bias = normal(5);
        NDArray weight = normal(5, 3);
        Affine ready = face.operations().prepare(new Affine(weight, Optional.of(bias), 3, 5));
        NDArray x = normal(2, 3);
        float[] before = face.operations().linear(x, ready, Activation.LINEAR).toFloatArray();
        weight.muli(0);
        bias.muli(0);
        assertThat(face.operations().linear(x, ready, Activation.LINEAR).toFloatArray())
                .containsExactly(before);
    }

    @ParameterizedTest
    @EnumSource
    void moreRowsAreTheEngines(StepFace face) {
        Affine loaded = layer(64, 50);
        Affine ready = face.operations().prepare(loaded);
        NDArray x = normal(5, 1, 64);
        NDArray update = normal(5, 1, 50);
        for (NDArray kind : List.of(x, heap(x))) {
            NDArray y = face.operations().linear(kind, ready, Activation.SILU);
            assertThat(y).isNotInstanceOf(HeapArray.class);
            assertThat(y.getManager()).isSameAs(manager);
            assertEngines(face, y, READABLE.linear(x, loaded, Activation.SILU));
            assertEngines(
                    face,
                    face.operations().gated(kind, ready, Activation.SILU),
                    READABLE.gated(x, loaded, Activation.SILU));
            NDArray sum = face.operations().residual(heap(update), kind, ready);
            assertEngines(face, sum, READABLE.residual(update, x, loaded));
        }
    }

    private static void assertEngines(StepFace face, NDArray actual, NDArray expected) {
        NDArray floats = face.operations().leave(actual);
        assertThat(floats.getShape()).isEqualTo(expected.getShape());
        assertThat(StepFace.distance(floats, expected)).isLessThan(face == StepFace.FLOAT32 ? TOLERANCE : 3e-2f);
    }

    @ParameterizedTest
    @EnumSource
    void gatedWithEachActivation(StepFace face) {
        Operations steps = face.operations();
        Affine loaded = layer(37, 2 * 53);
        Affine ready = steps.prepare(loaded);
        for (Shape shape : new Shape[] {new Shape(1, 1, 37), new Shape(3, 1, 37), new Shape(2, 2, 37)}) {
            NDArray x = manager.randomNormal(shape);
            for (Activation activation : Activation.values()) {
                NDArray expected = READABLE.gated(x, face.read(loaded), activation);
                for (NDArray kind : kinds(x)) {
                    assertNear(steps.gated(kind, ready, activation), expected, activation);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void norms(StepFace face) {
        Operations steps = face.operations();
        NDArray scale = normal(37);
        NDArray shift = normal(37);
        for (Shape shape : few(37)) {
            NDArray x = manager.randomNormal(shape).mul(3).add(7);
            for (NDArray kind : kinds(x)) {
                assertNear(
                        steps.layerNorm(kind, scale, shift, 1e-3f),
                        READABLE.layerNorm(x, scale, shift, 1e-3f),
                        "layer");
                assertNear(steps.rmsNorm(kind, scale, 1e-3f), READABLE.rmsNorm(x, scale, 1e-3f), "root mean square");
            }
        }
        NDArray many = normal(2, 5, 37);
        assertNear(steps.layerNorm(heap(many), scale, shift, 1), READABLE.layerNorm(many, scale, shift, 1), "layer");
        assertNear(steps.rmsNorm(heap(many), scale, 1), READABLE.rmsNorm(many, scale, 1), "root mean square");
    }

    /** Each scale has its own copy; x stays. */
    @Test
    void normsOfSeveralLayers() {
        Operations steps = StepFace.FLOAT32.operations();
        NDArray x = heap(normal(1, 1, 8));
        float[] before = x.toFloatArray();
        NDArray twice = manager.full(new Shape(8), 2f);
        NDArray once = manager.ones(new Shape(8));
        for (int pass = 0; pass < 2; pass++) {
            float[] one = steps.rmsNorm(x, once, 0).toFloatArray();
            float[] two = steps.rmsNorm(x, twice, 0).toFloatArray();
            assertThat(two[3]).isCloseTo(2 * one[3], within(1e-6f));
            assertThat(steps.layerNorm(x, twice, once, 0).sum().getFloat()).isCloseTo(8, within(1e-5f));
        }
        assertThat(x.toFloatArray()).containsExactly(before);
    }

    @Test
    void normsKeepLargeMeansAndSmallVariances() {
        NDArray x = manager.create(new float[] {1000.25f, 1000.5f, 1000.75f, 1000.5f}, new Shape(1, 1, 4));
        NDArray ones = manager.ones(new Shape(4));
        NDArray zeros = manager.zeros(new Shape(4));
        float[] y = StepFace.FLOAT32.operations().layerNorm(x, ones, zeros, 0).toFloatArray();
        assertThat(y[0]).isCloseTo((float) -Math.sqrt(2), within(1e-5f));
        assertThat(y[1]).isZero();
    }
}
