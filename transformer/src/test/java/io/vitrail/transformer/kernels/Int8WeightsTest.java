package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class Int8WeightsTest {
    private static final int IN = 64;
    private static final int OUT = 23;

    private final NDManager manager = DjlEngine.newManager(Device.cpu());
    private final Operations int8 = Kernels.choose(Device.cpu(), Precision.INT8).within();

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray wave(long... shape) {
        Shape s = new Shape(shape);
        return manager.arange(s.size()).mul(0.7f).sin().reshape(s);
    }

    /** One row goes another way than several. */
    @ParameterizedTest
    @EnumSource(Activation.class)
    void linearLayersAreNearFloat32(Activation activation) {
        Affine affine = new Affine(wave(OUT, IN), Optional.of(wave(OUT)), IN, OUT);
        Affine ready = int8.prepare(affine);
        for (Shape shape :
                new Shape[] {new Shape(1, 1, IN), new Shape(2, 1, IN), new Shape(2, 5, IN), new Shape(3, IN)}) {
            NDArray x = wave(shape.getShape());
            NDArray expected = ReadableOperations.INSTANCE.linear(x, affine, activation);
            NDArray actual = int8.leave(int8.linear(x, ready, activation));
            assertThat(actual.getShape()).isEqualTo(expected.getShape());
            double error =
                    actual.sub(expected).norm().getFloat() / expected.norm().getFloat();
            assertThat(error).as(shape + " " + activation).isLessThan(0.03);
        }
    }

    /** The operator would read beyond the end of such rows. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 16, 33, 40, 95})
    void anyWidthIsSafe(int width) {
        Affine affine = new Affine(wave(5, width), Optional.of(wave(5)), width, 5);
        NDArray x = wave(1, width);
        NDArray expected = ReadableOperations.INSTANCE.linear(x, affine, Activation.LINEAR);
        NDArray actual = int8.leave(int8.linear(x, int8.prepare(affine), Activation.LINEAR));
        assertThat(actual.sub(expected).abs().max().getFloat())
                .isLessThan(0.03f * expected.abs().max().getFloat());
    }

    @Test
    void rowsOfVeryDifferentSizesKeepTheirPrecision() {
        NDArray small = wave(1, IN).mul(1e-4f);
        NDArray large = wave(1, IN).mul(1e4f);
        NDArray none = manager.zeros(new Shape(1, IN));
        Affine affine = new Affine(small.concat(large).concat(none), Optional.empty(), IN, 3);
        NDArray x = wave(1, IN).add(1);
        float[] expected =
                ReadableOperations.INSTANCE.linear(x, affine, Activation.LINEAR).toFloatArray();
        float[] actual = int8.leave(int8.linear(x, int8.prepare(affine), Activation.LINEAR))
                .toFloatArray();
        assertThat(actual[0] / expected[0]).isBetween(0.98f, 1.02f);
        assertThat(actual[1] / expected[1]).isBetween(0.98f, 1.02f);
        assertThat(actual[2]).isZero();
    }

    @Test
    void onlyTheEncoderIsLessPrecise() {
        Operations operations = Kernels.choose(Device.cpu(), Precision.INT8);
        assertThat(operations).hasToString("kernels of oneDNN, 8-bit weights in encoders");
        Affine one = operations.prepare(new Affine(manager.ones(new Shape(1, 1)), Optional.empty(), 1, 1));
        NDArray x = manager.create(new float[] {1.001f}, new Shape(1, 1));
        assertThat(operations.linear(x, one, Activation.LINEAR).toFloatArray()).containsExactly(1.001f);
    }
}
