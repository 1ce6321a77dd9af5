package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected values are those of transformers 4.57.6 (ACT2FN) with PyTorch 2.7.1. */
class ActivationTest {
    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @ParameterizedTest
    @CsvSource({
        "LINEAR,      -2.500000, -0.700000, 0.300000, 1.900000,  7.000000",
        "GELU,        -0.015524, -0.169375, 0.185373, 1.845438,  7.000000",
        "GELU_TANH,   -0.015084, -0.169430, 0.185371, 1.845451,  7.000000",
        "QUICK_GELU,  -0.034986, -0.163106, 0.187484, 1.827964,  6.999953",
        "RELU,         0.000000,  0.000000, 0.300000, 1.900000,  7.000000",
        "RELU_SQUARED, 0.000000,  0.000000, 0.090000, 3.610000, 49.000000",
        "RELU6,        0.000000,  0.000000, 0.300000, 1.900000,  6.000000",
        "LEAKY_RELU,  -0.025000, -0.007000, 0.300000, 1.900000,  7.000000",
        "SILU,        -0.189645, -0.232269, 0.172333, 1.652794,  6.993623",
        "MISH,        -0.196816, -0.267870, 0.208001, 1.836744,  6.999989",
        "TANH,        -0.986614, -0.604368, 0.291313, 0.956237,  0.999998",
        "SIGMOID,      0.075858,  0.331812, 0.574443, 0.869892,  0.999089",
    })
    void atFivePlaces(Activation activation, float a, float b, float c, float d, float e) {
        NDArray x = manager.create(new float[] {-2.5f, -0.7f, 0.3f, 1.9f, 7});
        assertThat(activation.apply(x).toFloatArray()).containsExactly(new float[] {a, b, c, d, e}, within(1e-6f));
    }

    @ParameterizedTest
    @CsvSource({
        "linear,            LINEAR",
        "gelu,              GELU",
        "gelu_python,       GELU",
        "gelu_new,          GELU_TANH",
        "gelu_fast,         GELU_TANH",
        "gelu_pytorch_tanh, GELU_TANH",
        "gelu_python_tanh,  GELU_TANH",
        "gelu_accurate,     GELU_TANH",
        "quick_gelu,        QUICK_GELU",
        "relu,              RELU",
        "relu2,             RELU_SQUARED",
        "relu6,             RELU6",
        "leaky_relu,        LEAKY_RELU",
        "silu,              SILU",
        "swish,             SILU",
        "mish,              MISH",
        "tanh,              TANH",
        "sigmoid,           SIGMOID",
        "GELU,              GELU",
    })
    void isNamedAsInCheckpoints(String name, Activation activation) {
        assertThat(Activation.named(name)).isEqualTo(activation);
    }

    @Test
    void anUnknownNameIsRefusedWithTheKnownOnes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Activation.named("gelu_10"))
                .withMessage("Activation 'gelu_10' is not supported; known: [gelu, gelu_accurate, gelu_fast, gelu_new,"
                        + " gelu_python, gelu_python_tanh, gelu_pytorch_tanh, leaky_relu, linear, mish, quick_gelu,"
                        + " relu, relu2, relu6, sigmoid, silu, swish, tanh].");
    }
}
