package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products in bfloat16 keep 8 bits, so gradients differ by less than a hundredth from those of the readable operations. */
class MixedOperationsTest {
    private static final double CLOSE = 0.01;

    private final Engine engine = DjlEngine.get();
    private final NDManager manager = DjlEngine.newManager(Device.cpu());
    private final Operations mixed = Kernels.forTraining(Device.cpu(), Precision.BF16);

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void aLinearLayersGradientsAreClose() {
        NDArray x = trained(6, 5, 16);
        NDArray weight = trained(24, 16);
        NDArray bias = trained(24);
        compare(
                List.of(x, weight, bias),
                by -> by.linear(x, new Affine(weight, Optional.of(bias), 16, 24), Activation.GELU));
    }

    @Test
    void aLinearLayerNeedsNoBias() {
        NDArray x = trained(6, 5, 16);
        NDArray weight = trained(24, 16);
        compare(
                List.of(x, weight),
                by -> by.linear(x, new Affine(weight, Optional.empty(), 16, 24), Activation.LINEAR));
    }

    @Test
    void aSharedTableIsMultipliedAsOthersAre() {
        NDArray x = trained(6, 5, 16);
        Affine table = new Affine(trained(24, 16), Optional.empty(), 16, 24);
        assertThat(mixed.sharedLinear(x, table)).isEqualTo(mixed.linear(x, table, Activation.LINEAR));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aConvolutionsGradientsAreClose(int stride) {
        NDArray x = trained(3, 8, 9, 10);
        NDArray kernels = trained(16, 8, 3, 3);
        compare(List.of(x, kernels), by -> by.convolution(x, kernels, Optional.empty(), stride));
    }

    private NDArray trained(long... shape) {
        NDArray array = Scope.owned(manager.randomNormal(new Shape(shape)));
        array.setRequiresGradient(true);
        return array;
    }

    private void compare(List<NDArray> trained, Function<Operations, NDArray> layer) {
        List<NDArray> expected = gradients(trained, () -> layer.apply(ReadableOperations.INSTANCE));
        List<NDArray> actual = gradients(trained, () -> layer.apply(mixed));
        for (int i = 0; i < trained.size(); i++) {
            assertThat(actual.get(i).getDataType()).isEqualTo(DataType.FLOAT32);
            assertThat(actual.get(i).sub(expected.get(i)).norm().getFloat()
                            / expected.get(i).norm().getFloat())
                    .as("gradient %d", i)
                    .isGreaterThan(0f)
                    .isLessThan((float) CLOSE);
        }
    }

    private List<NDArray> gradients(List<NDArray> trained, Supplier<NDArray> layer) {
        for (NDArray array : trained) {
            NDArray gradient = array.getGradient();
            gradient.subi(gradient);
        }
        try (GradientCollector gradients = engine.newGradientCollector()) {
            gradients.backward(layer.get().square().sum());
        }
        List<NDArray> copies = new ArrayList<>();
        trained.forEach(array -> copies.add(array.getGradient().duplicate()));
        return copies;
    }
}
