package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ActivationTest {
    static List<String> names() {
        return RecordedActivations.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void valuesAndDerivativesAreTheReferences(String name) {
        Engine engine = DjlEngine.get();
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            NDArray x = RecordedActivations.x(manager);
            x.setRequiresGradient(true);
            try (GradientCollector collector = engine.newGradientCollector()) {
                NDArray y = Activation.named(name).apply(x);
                RecordedActivations.assertEqual(y, name, "y", 2e-6f);
                collector.backward(y.sum());
            }
            RecordedActivations.assertEqual(x.getGradient(), name, "gradient", 2e-6f);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gelu,        GELU",
        "gelu_python, GELU",
        "gelu_new,    GELU_TANH",
        "gelu_10,     CLIPPED_GELU",
        "relu2,       RELU_SQUARED",
        "swish,       SILU",
        "GELU,        GELU",
    })
    void isNamedAsInCheckpoints(String name, Activation activation) {
        assertThat(Activation.named(name)).isEqualTo(activation);
    }

    @ParameterizedTest
    @EnumSource
    void theNameThatIsWrittenIsReadAgain(Activation activation) {
        assertThat(Activation.named(activation.checkpointName())).isEqualTo(activation);
    }

    @ParameterizedTest
    @CsvSource({
        "GELU,         gelu",
        "GELU_TANH,    gelu_pytorch_tanh",
        "CLIPPED_GELU, gelu_10",
        "RELU_SQUARED, relu2",
        "SILU,         silu",
    })
    void isWrittenByItsUsualName(Activation activation, String name) {
        assertThat(activation.checkpointName()).isEqualTo(name);
    }

    @Test
    void anUnknownNameIsRefusedWithTheKnownOnes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Activation.named("prelu"))
                .withMessage("Activation 'prelu' is not supported; known: [gelu, gelu_10, gelu_accurate, gelu_fast,"
                        + " gelu_new, gelu_python, gelu_python_tanh, gelu_pytorch_tanh, laplace, leaky_relu, linear,"
                        + " mish, quick_gelu, relu, relu2, relu6, sigmoid, silu, swish, tanh].");
    }
}
