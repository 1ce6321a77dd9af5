package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.verify.GoldenTensor;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Resizing of grids equals torch.nn.functional.interpolate (PyTorch 2.7.1; the golden case's JSON holds its seed). */
class InterpolationTest {
    private static final GoldenCase GOLDEN = golden();

    private static GoldenCase golden() {
        try {
            return GoldenCase.read(Path.of(InterpolationTest.class
                    .getResource("/goldens/interpolate/position_tables")
                    .toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bicubic_up,             BICUBIC",
        "bicubic_down,           BICUBIC",
        "bicubic_antialias_down, BICUBIC_ANTIALIAS",
        "bilinear_up,            BILINEAR",
        "bilinear_down,          BILINEAR",
        "bilinear_corners,       BILINEAR_CORNERS",
        "nearest,                NEAREST",
    })
    void equalsTorch(String call, Interpolation interpolation) {
        GoldenTensor expected = GOLDEN.tensors().get(call + ".output");
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            NDArray x = GOLDEN.tensors().get("in." + call + ".input").toArray(manager); // [batch, width, rows, columns]
            NDArray places = x.transpose(2, 3, 0, 1)
                    .reshape(-1, x.getShape().get(0) * x.getShape().get(1));
            Grid to = grid(new Shape(expected.shape()));
            NDArray y = interpolation.resize(places, grid(x.getShape()), to, manager);
            assertThat(y.transpose().toFloatArray()).containsExactly(expected.floats(), within(1e-5f));
        }
    }

    private static Grid grid(Shape shape) {
        return new Grid((int) shape.get(2), (int) shape.get(3));
    }

    @ParameterizedTest
    @EnumSource
    void weightsOfASampleAddUpToOne(Interpolation interpolation) {
        for (int[] sizes : new int[][] {{7, 3}, {3, 7}, {1, 5}, {5, 1}, {4, 4}}) {
            for (float[] row : interpolation.weights(sizes[0], sizes[1])) {
                float sum = 0;
                for (float weight : row) {
                    sum += weight;
                }
                assertThat(row).hasSize(sizes[0]);
                assertThat(sum).isCloseTo(1, within(1e-6f));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSameSizeStaysAsItIs(Interpolation interpolation) {
        float[][] weights = interpolation.weights(5, 5);
        for (int i = 0; i < 5; i++) {
            float[] itself = new float[5];
            itself[i] = 1;
            assertThat(weights[i]).containsExactly(itself, within(1e-6f));
        }
    }

    @Test
    void knownWeights() {
        assertThat(Interpolation.NEAREST.weights(2, 3)).isDeepEqualTo(new float[][] {{1, 0}, {1, 0}, {0, 1}});
        assertThat(Interpolation.BILINEAR.weights(2, 4))
                .isDeepEqualTo(new float[][] {{1, 0}, {0.75f, 0.25f}, {0.25f, 0.75f}, {0, 1}});
        assertThat(Interpolation.BILINEAR_CORNERS.weights(2, 3))
                .isDeepEqualTo(new float[][] {{1, 0}, {0.5f, 0.5f}, {0, 1}});
        // Keys' kernel with a = −0.75 at distances 1.5, 0.5, 0.5, 1.5
        assertThat(Interpolation.BICUBIC_CORNERS.weights(4, 7)[3])
                .containsExactly(new float[] {-0.09375f, 0.59375f, 0.59375f, -0.09375f}, within(1e-6f));
        assertThat(Interpolation.BILINEAR_ANTIALIAS.weights(4, 2)[0]) // a triangle, 4 samples wide
                .containsExactly(new float[] {3 / 7f, 3 / 7f, 1 / 7f, 0}, within(1e-6f));
    }

    @Test
    void noSamplesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Interpolation.BICUBIC.weights(3, 0))
                .withMessage("A grid can't be resized from 3 to 0 samples.");
    }
}
