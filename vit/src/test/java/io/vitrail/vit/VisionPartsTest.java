package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Grid;
import io.vitrail.transformer.Interpolation;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.Labels;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From pixels to tokens, and from tokens to answers: by hand. */
class VisionPartsTest {
    private static final Pass PASS = Pass.inference(ReadableOperations.INSTANCE);
    /** Pictures of 2 channels and 4 × 6 pixels; patches of 2 × 3. */
    private static final ImageConfig IMAGE = new ImageConfig(2, 4, 6, 2, 3);

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void patchesGoRowByRowFromTheTopLeft() {
        PatchEmbedding embedding = initialized(new PatchEmbedding(IMAGE, 1, Bias.PRESENT));
        array(embedding, "weight").set(ones(12)); // the sum over a patch of both channels
        array(embedding, "bias").set(new float[] {1000});
        NDArray pixels = manager.arange(48f).reshape(1, 2, 4, 6);
        // top left: channel 0 has 0 1 2 / 6 7 8, channel 1 24 more each
        assertThat(embedding.forward(pixels, PASS).toFloatArray()).containsExactly(1192, 1228, 1336, 1372);
    }

    @Test
    void eachPixelOfAPatchHasItsOwnWeight() {
        PatchEmbedding embedding = initialized(new PatchEmbedding(IMAGE, 1, Bias.ABSENT));
        NDArray weight = array(embedding, "weight"); // [1, 2, 2, 3]
        for (int i = 0; i < 12; i++) {
            float[] one = new float[12];
            one[i] = 1;
            weight.set(one);
            NDArray pixels = manager.arange(48f).reshape(1, 2, 4, 6);
            NDArray expected = pixels.get(0, i / 6, i / 3 % 2, i % 3);
            assertThat(embedding.forward(pixels, PASS).getFloat(0, 0, 0)).isEqualTo(expected.getFloat());
        }
    }

    @Test
    void whatIsBeyondTheLastWholePatchIsLeftOut() {
        PatchEmbedding embedding = initialized(new PatchEmbedding(IMAGE, 5, Bias.PRESENT));
        NDArray pixels = manager.arange(140f).reshape(1, 2, 7, 10);
        NDArray tokens = embedding.forward(pixels, PASS);
        assertThat(tokens.getShape()).isEqualTo(new Shape(1, 9, 5)); // 3 rows of 3
        NDArray whole = embedding.forward(pixels.get(":, :, :6, :9"), PASS);
        assertThat(tokens.toFloatArray()).containsExactly(whole.toFloatArray());
    }

    @Test
    void packedWeightsReplaceTheLoadedOnes() {
        PatchEmbedding embedding = initialized(new PatchEmbedding(IMAGE, 5, Bias.PRESENT));
        NDArray pixels = manager.arange(48f).sin().reshape(1, 2, 4, 6);
        float[] expected = embedding.forward(pixels, PASS).toFloatArray();
        NDArray weight = array(embedding, "weight");
        NDArray bias = array(embedding, "bias");
        Operations fast = Kernels.choose(Device.cpu(), Precision.FP32);
        embedding.prepareFor(fast);
        assertThat(weight.isReleased()).isTrue();
        assertThat(bias.isReleased()).isTrue();
        assertThat(embedding.forward(pixels, Pass.inference(fast)).toFloatArray())
                .containsExactly(expected, within(1e-5f));
    }

    @Test
    void specialTokensComeFirstAndMaskedPatchesAreReplaced() {
        ImageEmbedding embedding = initialized(new ImageEmbedding(
                IMAGE,
                new ImageEmbedding.Parts(
                        1,
                        Bias.ABSENT,
                        List.of("classToken", "other"),
                        Optional.of(new ImageEmbedding.Positions(Interpolation.BICUBIC, PictureSizes.ITS_OWN)),
                        true)));
        array(embedding, "classToken").set(new float[] {-1});
        array(embedding, "other").set(new float[] {-2});
        array(embedding, "maskToken").set(new float[] {7});
        embedding.parts().get("patches").parameters().get("weight").getArray().set(ones(12));
        embedding.parts().get("positions").parameters().get("table").getArray().set(new float[] {
            100, 200, 300, 400, 500, 600
        });
        VisionInput input = VisionInput.of(manager.ones(new Shape(2, 2, 4, 6)))
                .withMasked(manager.create(new float[] {0, 1, 0, 0, 0, 0, 0, 1}, new Shape(2, 4)));
        NDArray tokens = embedding.forward(input, PASS);
        assertThat(tokens.toFloatArray()).containsExactly(99, 198, 312, 407, 512, 612, 99, 198, 312, 412, 512, 607);
    }

    @Test
    void masksMustFitThePatchesAndNeedAMaskToken() {
        ImageEmbedding with = initialized(
                new ImageEmbedding(IMAGE, new ImageEmbedding.Parts(3, Bias.ABSENT, List.of(), Optional.empty(), true)));
        ImageEmbedding without = initialized(new ImageEmbedding(
                IMAGE, new ImageEmbedding.Parts(3, Bias.ABSENT, List.of(), Optional.empty(), false)));
        VisionInput input =
                VisionInput.of(manager.ones(new Shape(1, 2, 4, 6))).withMasked(manager.ones(new Shape(1, 5)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with.forward(input, PASS))
                .withMessage("Mask flags must be [batch, patches] = [1, 4], not (1, 5).");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> without.forward(input, PASS))
                .withMessage("This checkpoint has no mask token, so patches can't be masked.");
    }

    @Test
    void registersStandBetweenTheClassTokenAndThePatches() {
        RegisterTokens registers = initialized(new RegisterTokens(2, 1));
        array(registers, "tokens").set(new float[] {8, 9});
        NDArray x = manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3, 1));
        assertThat(registers.forward(x, PASS).toFloatArray()).containsExactly(1, 8, 9, 2, 3, 4, 8, 9, 5, 6);
    }

    @Test
    void theGridIsThatOfWholePatches() {
        assertThat(IMAGE.grid()).isEqualTo(new Grid(2, 2));
        VisionInput larger = VisionInput.of(manager.ones(new Shape(1, 2, 7, 10)));
        assertThat(IMAGE.grid(larger.withSize(VisionInput.SizePolicy.INTERPOLATE)))
                .isEqualTo(new Grid(3, 3));
        VisionInput tiny = VisionInput.of(manager.ones(new Shape(1, 2, 1, 10)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IMAGE.grid(tiny.withSize(VisionInput.SizePolicy.INTERPOLATE)))
                .withMessage("A picture of 1 × 10 pixels is smaller than one patch of 2 × 3.");
    }

    @Test
    void imageConfigsAreChecked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ImageConfig(0, 4, 6, 2, 3))
                .withMessage("channels (0) must be from 1 to 32768");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ImageConfig(3, 4, 6, 2, 0))
                .withMessage("patches must have positive sides, not 2 × 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ImageConfig(3, 4, 6, 5, 3))
                .withMessage("an image of 4 × 6 is smaller than a patch of 5 × 3");
    }

    @Test
    void imageConfigsReadPairsAndNumbers() {
        assertThat(ImageConfig.fromJson(
                        config("{'image_size': [20, 30], 'patch_size': 10, 'num_channels': 1}"), 224, 16))
                .isEqualTo(new ImageConfig(1, 20, 30, 10, 10));
        assertThat(ImageConfig.fromJson(config("{}"), 224, 16)).isEqualTo(new ImageConfig(3, 224, 224, 16, 16));
    }

    @Test
    void pixelsMustBeFloat32() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VisionInput.of(manager.zeros(new Shape(1, 3, 4, 6), DataType.UINT8)))
                .withMessage("Pixels must be float32, not uint8.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VisionInput.of(manager.zeros(new Shape(0, 3, 4, 6))))
                .withMessage("Pixels must be [batch, channels, imageHeight, imageWidth], not (0, 3, 4, 6).");
    }

    @Test
    void labelsComeInTheOrderOfTheirNumbers() {
        assertThat(Labels.of(config("{'id2label': {'10': 'k', '2': 'c', '0': 'a', '1': 'b', '3': 'd', '4': 'e',"
                        + " '5': 'f', '6': 'g', '7': 'h', '8': 'i', '9': 'j'}}")))
                .containsExactly("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k");
        assertThat(Labels.of(config("{'num_labels': 3}"))).containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
        assertThat(Labels.of(config("{}"))).containsExactly("LABEL_0", "LABEL_1");
        assertThatThrownBy(() -> Labels.of(config("{'id2label': {'0': 'a', '2': 'c'}}")))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("config.json: id2label must number the classes from 0 without gaps, not [0, 2].");
    }

    @ParameterizedTest
    @CsvSource({
        "single_label_classification, 3, SOFTMAX",
        "'',                          3, SOFTMAX",
        "multi_label_classification,  3, SIGMOID",
        "'',                          1, SIGMOID",
    })
    void scoresFollowTheProblemType(String type, int classes, ClassScores expected) {
        assertThat(ClassScores.of(json("{'problem_type': '" + type + "'}"), classes))
                .isEqualTo(expected);
    }

    @Test
    void softmaxSharesAndSigmoidDecidesEach() {
        NDArray logits = manager.create(new float[] {0, (float) Math.log(3)}, new Shape(1, 2));
        assertThat(ClassScores.SOFTMAX.probabilities(logits).toFloatArray())
                .containsExactly(new float[] {0.25f, 0.75f}, within(1e-6f));
        assertThat(ClassScores.SIGMOID.probabilities(logits).toFloatArray())
                .containsExactly(new float[] {0.5f, 0.75f}, within(1e-6f));
    }

    @Test
    void poolingTakesTheClassTokenOrTheMeanOfThePatches() {
        NDArray tokens = manager.create(new float[] {1, 2, 30, 40, 50, 70, 5, 6, 0, 0, 2, 8}, new Shape(2, 3, 2));
        NDArray pooled = manager.create(new float[] {-1, -2, -3, -4}, new Shape(2, 2));
        Features features = new Features(tokens, pooled);
        assertThat(Pooling.CLASS_TOKEN.pool(features, 1).toFloatArray()).containsExactly(1, 2, 5, 6);
        assertThat(Pooling.MEAN.pool(features, 1).toFloatArray()).containsExactly(40, 55, 1, 4);
        assertThat(Pooling.MEAN.pool(features, 2).toFloatArray()).containsExactly(50, 70, 2, 8);
        assertThat(Pooling.POOLED.pool(features, 1).toFloatArray()).containsExactly(-1, -2, -3, -4);
    }

    private <B extends TensorBlock> B initialized(B block) {
        block.initialize(manager, DataType.FLOAT32, new Shape(1));
        return block;
    }

    private static NDArray array(TensorBlock block, String name) {
        return block.parameters().get(name).getArray();
    }

    private static float[] ones(int count) {
        float[] ones = new float[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static ConfigJson config(String json) {
        return new ConfigJson(json(json));
    }

    /** JSON with ' for ". */
    private static JsonNode json(String json) {
        try {
            return new ObjectMapper().readTree(json.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
