package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.LowRankChange;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.ResidualDropout;
import io.vitrail.transformer.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Products of a training, of few rows and of many, give the values and gradients of the readable operations. */
class TrainingProductsTest {
    private static final int RANK = 3;

    private final Engine engine = DjlEngine.get();
    private final NDManager manager = DjlEngine.newManager(Device.cpu());
    private final KernelArchive kernels = KernelArchive.compile(Device.cpu(), KernelSource.TRAINING);
    private final Operations convolving = new ConvolvingOperations(kernels);
    private final Operations mixed = Kernels.forTraining(Device.cpu(), Precision.BF16);

    @BeforeEach
    void seed() {
        engine.setRandomSeed(3);
    }

    @AfterEach
    void free() {
        kernels.close();
        manager.close();
    }

    static List<Arguments> shapesAndWidths() {
        Shape few = new Shape(3, 5);
        List<Shape> many = List.of(new Shape(2100), new Shape(16, 130), new Shape(2, 300, 4), new Shape(1, 2, 50, 30));
        List<Arguments> all =
                new ArrayList<>(List.of(Arguments.of(few, 13, 29), Arguments.of(new Shape(16, 130), 29, 13)));
        many.forEach(shape -> all.add(Arguments.of(shape, 13, 29)));
        return all;
    }

    @ParameterizedTest
    @MethodSource("shapesAndWidths")
    void aLayerIsTrained(Shape rows, int inWidth, int outWidth) {
        NDArray x = trained(rows.add(inWidth));
        NDArray weight = trained(new Shape(outWidth, inWidth));
        NDArray bias = trained(new Shape(outWidth));
        Affine biased = new Affine(weight, Optional.of(bias), inWidth, outWidth);
        compare(List.of(x, weight, bias), by -> by.linear(x, biased, Activation.GELU));
        Affine plain = new Affine(weight, Optional.empty(), inWidth, outWidth);
        compare(List.of(x, weight), by -> by.linear(x, plain, Activation.LINEAR));
    }

    @ParameterizedTest
    @MethodSource("shapesAndWidths")
    void gradientsFlowThroughAFrozenLayer(Shape rows, int inWidth, int outWidth) {
        NDArray x = trained(rows.add(inWidth));
        Affine frozen = frozen(inWidth, outWidth);
        compare(List.of(x), by -> by.linear(x, frozen, Activation.LINEAR));
    }

    @ParameterizedTest
    @MethodSource("shapesAndWidths")
    void aFrozenLayersChangeIsTrained(Shape rows, int inWidth, int outWidth) {
        NDArray x = trained(rows.add(inWidth));
        Affine frozen = frozen(inWidth, outWidth);
        for (float dropout : new float[] {0, 0.3f}) {
            LowRankChange change = change(inWidth, outWidth, dropout);
            compare(List.of(x, change.a(), change.b()), by -> {
                engine.setRandomSeed(5); // the same numbers are left out
                return by.linear(x, frozen, change);
            });
        }
    }

    @Test
    void aChangeIsNoSubLayerWhoseOutputIsDropped() {
        NDArray x = trained(new Shape(4, 6, 8));
        Affine frozen = frozen(8, 24);
        LowRankChange change = change(8, 24, 0);
        NDArray expected = ReadableOperations.INSTANCE.linear(x, frozen, change);
        NDArray actual = new ResidualDropout(ReadableOperations.INSTANCE, 0.9f).linear(x, frozen, change);
        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void aSmallChangeIsNotRoundedAway() {
        NDArray x = trained(new Shape(16, 130, 8));
        Affine ones = new Affine(manager.ones(new Shape(24, 8)), Optional.empty(), 8, 24);
        NDArray a = manager.full(new Shape(RANK, 8), 1e-4f);
        NDArray b = manager.ones(new Shape(24, RANK));
        LowRankChange change = new LowRankChange(a, b, 1, 0);
        NDArray difference = mixed.linear(x, ones, change).sub(mixed.linear(x, ones, Activation.LINEAR));
        NDArray expected = x.sum(new int[] {2}, true).mul(RANK * 1e-4f).broadcast(difference.getShape());
        assertThat(difference.sub(expected).abs().max().getFloat()).isLessThan(2e-5f);
        assertThat(expected.abs().max().getFloat()).isGreaterThan(1e-3f);
    }

    @Test
    void aChangeOfAnotherRankIsRefused() {
        NDArray a = manager.ones(new Shape(2, 8));
        NDArray b = manager.ones(new Shape(24, 3));
        assertThatThrownBy(() -> new LowRankChange(a, b, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(2, 8)")
                .hasMessageContaining("(24, 3)");
    }

    @Test
    void whatIsMadeForAMergedLayerIsFreedWithItsScope() {
        Affine frozen = frozen(13, 29);
        LowRankChange change = change(13, 29, 0);
        int before = manager.getManagedArrays().size();
        try (NDManager scope = manager.newSubManager()) {
            convolving.linear(scope.ones(new Shape(16, 130, 13)), frozen, change);
        }
        assertThat(manager.getManagedArrays().size()).isEqualTo(before);
    }

    private Affine frozen(int inWidth, int outWidth) {
        NDArray weight = Scope.owned(manager.randomNormal(new Shape(outWidth, inWidth)));
        NDArray bias = Scope.owned(manager.randomNormal(new Shape(outWidth)));
        return new Affine(weight, Optional.of(bias), inWidth, outWidth);
    }

    private LowRankChange change(int inWidth, int outWidth, float dropout) {
        NDArray a = trained(new Shape(RANK, inWidth));
        NDArray b = trained(new Shape(outWidth, RANK));
        return new LowRankChange(a, b, 0.7, dropout);
    }

    private NDArray trained(Shape shape) {
        NDArray array = Scope.owned(manager.randomNormal(shape));
        array.setRequiresGradient(true);
        return array;
    }

    private void compare(List<NDArray> trained, Function<Operations, NDArray> layer) {
        List<NDArray> expected = valueAndGradients(trained, () -> layer.apply(ReadableOperations.INSTANCE));
        List<NDArray> actual = valueAndGradients(trained, () -> layer.apply(convolving));
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).getShape()).isEqualTo(expected.get(i).getShape());
            float largest = expected.get(i).abs().max().getFloat();
            assertThat(actual.get(i).sub(expected.get(i)).abs().max().getFloat())
                    .as("the value, then gradients: %d", i)
                    .isLessThan(3e-6f * largest);
        }
    }

    private List<NDArray> valueAndGradients(List<NDArray> trained, Supplier<NDArray> layer) {
        for (NDArray array : trained) {
            NDArray gradient = array.getGradient();
            gradient.subi(gradient);
        }
        List<NDArray> copies = new ArrayList<>();
        try (GradientCollector gradients = engine.newGradientCollector()) {
            NDArray y = layer.get();
            copies.add(y.duplicate());
            gradients.backward(y.square().mean());
        }
        trained.forEach(array -> copies.add(array.getGradient().duplicate()));
        return copies;
    }
}
