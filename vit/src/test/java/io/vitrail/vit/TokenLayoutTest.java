package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Grid;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.weights.ConfigJson;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where tokens lie on the pixels, and which of them a window brings together. */
class TokenLayoutTest {
    private static final int HEIGHT = 40;
    private static final int WIDTH = 56;

    private static ConfigJson config(String json) {
        try {
            return new ConfigJson(new ObjectMapper().readTree(json.replace('\'', '"')));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Without layers each token depends on the pixels that its embedding reads, and no others. */
    private static VisionModel patches() {
        return VisionModels.create(
                config("{'model_type': 'vit', 'image_size': [40, 56], 'patch_size': 8, 'hidden_size': 6,"
                        + " 'num_hidden_layers': 0, 'num_attention_heads': 1, 'intermediate_size': 4}"),
                VisionTask.FEATURES_WITHOUT_POOLER);
    }

    private static VisionModel hybrid() {
        EncoderConfig encoder = new EncoderConfig(12, 0, 1, 4, 1e-6f, Activation.GELU, Bias.PRESENT);
        ImageConfig image = new ImageConfig(3, HEIGHT, WIDTH, 8, 8);
        return new HybridVit(new HybridVit.Config(
                image, image.grid(), new int[] {16, 16, 16}, new int[] {0, 0, 0}, encoder, List.of("cat")));
    }

    @Test
    void aPatchsTokenLiesInItsMiddle() {
        assertThat(middleOfWhatItSees(patches(), 2, 3)).containsExactly(new double[] {20, 28}, within(1e-9));
        TokenLayout layout = patches().layout(0, HEIGHT, WIDTH);
        assertThat(layout.grid()).isEqualTo(new Grid(5, 7));
        assertThat(centre(layout, 2, 3)).containsExactly(new double[] {20, 28}, within(1e-9));
    }

    @Test
    void theHybridsTokensLieInTheMiddleOfTheirReceptiveFields() {
        TokenLayout layout = hybrid().layout(0, HEIGHT, WIDTH);
        assertThat(layout.grid()).isEqualTo(new Grid(5, 7));
        assertThat(middleOfWhatItSees(hybrid(), 2, 3)).containsExactly(centre(layout, 2, 3), within(1e-9));
        assertThat(middleOfWhatItSees(hybrid(), 1, 5)).containsExactly(centre(layout, 1, 5), within(1e-9));
    }

    private static double[] centre(TokenLayout layout, int row, int column) {
        return new double[] {
            layout.rows().first() + row * layout.rows().pitch(),
            layout.columns().first() + column * layout.columns().pitch()
        };
    }

    /** The middle of all rows, and of all columns, of pixels that a token changes with. */
    private static double[] middleOfWhatItSees(VisionModel model, int row, int column) {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            DjlEngine.get().setRandomSeed(5);
            model.initialize(manager, DataType.FLOAT32, new Shape(1, 3, HEIGHT, WIDTH));
            int token = model.specialTokens() + row * (WIDTH / 8) + column;
            NDArray pixels = manager.randomNormal(new Shape(1, 3, HEIGHT, WIDTH));
            float[] before = token(model, pixels, token);
            double[] first = {HEIGHT, WIDTH};
            double[] last = {0, 0};
            for (int axis = 0; axis < 2; axis++) {
                for (int i = 0; i < (axis == 0 ? HEIGHT : WIDTH); i++) {
                    NDArray changed = pixels.duplicate();
                    changed.set(new NDIndex(axis == 0 ? ":, :, " + i : ":, :, :, " + i), 9f);
                    if (!Arrays.equals(before, token(model, changed, token))) {
                        first[axis] = Math.min(first[axis], i);
                        last[axis] = i + 1;
                    }
                }
            }
            return new double[] {(first[0] + last[0]) / 2, (first[1] + last[1]) / 2};
        }
    }

    private static float[] token(VisionModel model, NDArray pixels, int token) {
        Pass pass = Pass.inference(ReadableOperations.INSTANCE);
        return model.features(VisionInput.of(pixels), pass)
                .tokens()
                .get(0, token)
                .toFloatArray();
    }

    @Test
    void borderThatFillsNoPatchIsntSeen() {
        TokenAxis axis = TokenAxis.ofPatches(3, 16, 50);
        assertThat(axis).isEqualTo(new TokenAxis(8, 16, 0, 48));
        assertThat(TokenAxis.ofPatches(4, 16, 50).end()).isEqualTo(50);
    }

    @Test
    void anAxisMovesToAPhotoThatItShowsAPartOf() {
        TokenAxis axis = new TokenAxis(8, 16, 0, 48).in(-10, 2, 80);
        assertThat(axis).isEqualTo(new TokenAxis(6, 32, 0, 80));
    }

    @ParameterizedTest
    @CsvSource({"6, 9, 3, 0", "6, 9, 3, 1", "7, 8, 3, 1", "5, 11, 4, 2", "4, 4, 4, 2"})
    void placesAreWhereCuttingPutsTheTokens(int rows, int columns, int side, int shift) {
        Windows windows = Windows.of(new Grid(rows, columns), side, shift);
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            NDArray numbers = manager.arange(1f, rows * columns + 1f).reshape(1, rows * columns, 1); // 0 is padding
            NDArray cut = windows.cut(numbers);
            float[] expected = cut.toFloatArray();
            int[][] places = windows.places();
            assertThat(places).hasDimensions(windows.count(), side * side);
            for (int i = 0; i < expected.length; i++) {
                assertThat(places[i / (side * side)][i % (side * side)]).isEqualTo((int) expected[i] - 1);
            }
        }
    }

    @Test
    void swinsLayersLieOnCoarserGridsAndShiftEverySecondOne() {
        VisionModel swin = VisionModels.create(
                config("{'model_type': 'swin', 'image_size': 32, 'patch_size': 2, 'embed_dim': 4, 'depths': [2, 3],"
                        + " 'num_heads': [1, 2], 'window_size': 4}"),
                VisionTask.FEATURES);
        assertThat(swin.layout(1, 32, 32).grid()).isEqualTo(new Grid(16, 16));
        assertThat(swin.layout(2, 32, 32).grid()).isEqualTo(new Grid(8, 8));
        assertThat(swin.layout(2, 32, 32).rows()).isEqualTo(new TokenAxis(2, 4, 0, 32));
        assertThat(swin.layout(0, 32, 32).windows()[0]).startsWith(0, 1, 2, 3, 16);
        assertThat(swin.layout(1, 32, 32).windows()[0]).startsWith(34, 35, 36, 37, 50);
        assertThat(swin.layout(2, 32, 32).windows()[0]).startsWith(0, 1, 2, 3, 8);
        assertThat(swin.layout(3, 32, 32).windows()[0]).startsWith(18, 19, 20, 21, 26);
        assertThat(swin.layout(4, 32, 32).windows()[0]).startsWith(0, 1, 2, 3, 8);
    }
}
