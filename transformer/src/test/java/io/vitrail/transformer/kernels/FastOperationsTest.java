package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import java.util.Optional;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every operation equals the readable one. Sizes are odd and differ. */
class FastOperationsTest {
    private static final Operations READABLE = ReadableOperations.INSTANCE;

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @BeforeEach
    void seed() {
        DjlEngine.get().setRandomSeed(42);
    }

    @AfterEach
    void free() {
        manager.close();
    }

    @ParameterizedTest
    @EnumSource
    void linearWithEachActivation(Face face) {
        NDArray x = normal(3, 7, 37);
        Affine loaded = new Affine(normal(53, 37).mul(0.3f), Optional.of(normal(53)), 37, 53);
        Affine packed = face.operations().prepare(loaded);
        for (Activation activation : Activation.values()) {
            NDArray expected = READABLE.linear(x, loaded, activation);
            NDArray actual = run(face, x, (f, y) -> f.linear(y, packed, activation));
            assertThat(face.distance(actual, expected)).as(activation.name()).isLessThan(face.tolerance());
        }
    }

    @ParameterizedTest
    @EnumSource
    void linearWithoutBiasAndOfOtherRanks(Face face) {
        Affine loaded = new Affine(normal(5, 19), Optional.empty(), 19, 5);
        Affine packed = face.operations().prepare(loaded);
        for (Shape shape : new Shape[] {new Shape(19), new Shape(1, 19), new Shape(2, 3, 4, 19)}) {
            NDArray x = manager.randomNormal(shape);
            NDArray actual = run(face, x, (f, y) -> f.linear(y, packed, Activation.LINEAR));
            NDArray expected = READABLE.linear(x, loaded, Activation.LINEAR);
            assertThat(actual.getShape()).isEqualTo(expected.getShape());
            assertThat(face.distance(actual, expected)).isLessThan(face.tolerance());
        }
    }

    @ParameterizedTest
    @EnumSource
    void preparedWeightsAreNewArrays(Face face) {
        NDArray weight = normal(5, 3);
        NDArray bias = normal(5);
        Affine packed = face.operations().prepare(new Affine(weight, Optional.of(bias), 3, 5));
        NDArray x = normal(2, 3);
        NDArray before = run(face, x, (f, y) -> f.linear(y, packed, Activation.LINEAR));
        weight.muli(0);
        bias.muli(0);
        NDArray after = run(face, x, (f, y) -> f.linear(y, packed, Activation.LINEAR));
        assertThat(after).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void wrongWidthsAreRefused(Face face) {
        Affine packed = face.operations().prepare(new Affine(normal(5, 3), Optional.of(normal(5)), 3, 5));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> face.operations().linear(normal(2, 4), packed, Activation.GELU))
                .withMessage("x is (2, 4); its last axis must be 3 wide.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> face.operations().prepare(new Affine(normal(3, 5), Optional.empty(), 3, 5)))
                .withMessage("The weight is (3, 5); the layer needs (5, 3).");
    }

    @ParameterizedTest
    @EnumSource
    void attentionWithEachMask(Face face) {
        NDArray real = manager.create(new float[] {1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 1}, new Shape(2, 7));
        AttentionMask padding = new AttentionMask.Padding(real);
        AttentionMask bias = new AttentionMask.Bias(normal(1, 3, 5, 7));
        AttentionMask sharedBias = new AttentionMask.Bias(normal(2, 1, 5, 7));
        for (AttentionMask mask : new AttentionMask[] {
            AttentionMask.NONE,
            AttentionMask.CAUSAL,
            padding,
            bias,
            sharedBias,
            AttentionMask.CAUSAL.and(padding),
            padding.and(bias).and(sharedBias)
        }) {
            assertAttention(face, mask, new Shape(2, 3, 5, 11), new Shape(2, 3, 7, 11), 11);
        }
    }

    @ParameterizedTest
    @EnumSource
    void attentionOfEqualLengthsAndOfWiderValues(Face face) {
        assertAttention(face, AttentionMask.CAUSAL, new Shape(1, 2, 67, 16), new Shape(1, 2, 67, 16), 16);
        assertAttention(face, AttentionMask.NONE, new Shape(2, 1, 1, 8), new Shape(2, 1, 3, 8), 13);
    }

    @ParameterizedTest
    @EnumSource
    void aFullyMaskedRowSpreadsEvenly(Face face) {
        AttentionMask nothing = new AttentionMask.Padding(manager.zeros(new Shape(1, 7)));
        assertAttention(face, nothing, new Shape(1, 3, 5, 8), new Shape(1, 3, 7, 8), 8);
    }

    private void assertAttention(Face face, AttentionMask mask, Shape queries, Shape keys, int valueWidth) {
        NDArray q = manager.randomNormal(queries);
        NDArray k = manager.randomNormal(keys);
        NDArray v = manager.randomNormal(keys.slice(0, 3).add(valueWidth));
        NDArray expected = READABLE.attention(q, k, v, mask, 0.3f);
        Operations within = face.operations();
        NDArray actual = run(face, q, (f, y) -> f.attention(y, within.enter(k), within.enter(v), mask, 0.3f));
        assertThat(face.distance(actual, expected)).as(mask.toString()).isLessThan(face.tolerance());
    }

    @ParameterizedTest
    @EnumSource
    void everyKeyNeedsAValue(Face face) {
        NDArray k = normal(1, 2, 5, 4);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> face.operations().attention(k, k, normal(1, 2, 3, 4), AttentionMask.NONE, 1))
                .withMessage("5 keys can't have 3 values.");
    }

    @ParameterizedTest
    @EnumSource
    void norms(Face face) {
        NDArray x = normal(2, 5, 37).mul(3).add(1);
        NDArray scale = normal(37);
        NDArray shift = normal(37);
        NDArray layer = run(face, x, (f, y) -> f.layerNorm(y, f.prepare(scale), f.prepare(shift), 1e-3f));
        assertThat(face.distance(layer, READABLE.layerNorm(x, scale, shift, 1e-3f)))
                .isLessThan(face.tolerance());
        NDArray rootMeanSquare = run(face, x, (f, y) -> f.rmsNorm(y, f.prepare(scale), 1e-3f));
        assertThat(face.distance(rootMeanSquare, READABLE.rmsNorm(x, scale, 1e-3f)))
                .isLessThan(face.tolerance());
    }

    @ParameterizedTest
    @EnumSource
    void activationsAlone(Face face) {
        NDArray x = normal(3, 65).mul(2);
        for (Activation activation : Activation.values()) {
            NDArray actual = run(face, x, (f, y) -> f.activate(y, activation));
            assertThat(face.distance(actual, READABLE.activate(x, activation)))
                    .as(activation.name())
                    .isLessThan(face.tolerance());
        }
    }

    @ParameterizedTest
    @EnumSource
    void residualsProductsAndRotations(Face face) {
        NDArray x = normal(2, 3, 5, 8);
        NDArray update = normal(2, 3, 5, 8);
        NDArray scale = normal(8);
        NDArray cos = normal(5, 8);
        NDArray sin = normal(5, 8);
        NDArray sum = run(face, x.duplicate(), (f, y) -> f.residual(y, f.enter(update)));
        assertThat(face.distance(sum, READABLE.residual(x, update))).isLessThan(face.tolerance());
        NDArray scaled = run(face, x.duplicate(), (f, y) -> f.residual(y, f.enter(update), f.prepare(scale)));
        assertThat(face.distance(scaled, READABLE.residual(x, update, scale))).isLessThan(face.tolerance());
        NDArray product = run(face, x, (f, y) -> f.multiply(y, f.prepare(scale)));
        assertThat(face.distance(product, READABLE.multiply(x, scale))).isLessThan(face.tolerance());
        NDArray turned = run(face, x, (f, y) -> f.rotate(y, cos, sin));
        assertThat(face.distance(turned, READABLE.rotate(x, cos, sin))).isLessThan(face.tolerance());
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLeftAliveButTheResult(Face face) {
        NDArray q = face.operations().enter(normal(1, 2, 5, 8));
        AttentionMask mask = new AttentionMask.Bias(normal(1, 2, 5, 5));
        int before = manager.getManagedArrays().size();
        face.operations().attention(q, q, q, mask, 1);
        assertThat(manager.getManagedArrays()).hasSize(before + 1);
    }

    private NDArray run(Face face, NDArray x, BiFunction<Operations, NDArray, NDArray> operation) {
        Operations operations = face.operations();
        NDArray result = operations.leave(operation.apply(operations, operations.enter(x)));
        assertThat(result.getManager()).isSameAs(x.getManager());
        assertThat(result.getDataType()).isEqualTo(DataType.FLOAT32);
        return result;
    }

    private NDArray normal(long... shape) {
        return manager.randomNormal(new Shape(shape));
    }
}
