package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageProcessor;
import io.vitrail.vit.image.ProcessedImages;
import io.vitrail.vit.image.Tiling;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Tiles, their places in prompts, and what is refused; that models equal the reference is for the golden cases. */
class Idefics3Test {
    private static final Path BASE = Goldens.folder("smolvlm/base");

    private static final long PAD = 329;

    private static Session<Idefics3> load() {
        try (Checkpoint checkpoint = Checkpoint.open(BASE)) {
            return FusionModels.load(
                    checkpoint,
                    FusionModels.className(checkpoint),
                    Idefics3.class,
                    ReadableOperations.INSTANCE,
                    Device.cpu());
        }
    }

    @Test
    void fromPictureToIdsAsTheReferencesProcessor() {
        long[] rows = GoldenCase.read(BASE).tensors().get("process.input_ids").integers();
        long[] expected = LongStream.of(Arrays.copyOf(rows, rows.length / 2))
                .dropWhile(id -> id == PAD)
                .toArray();
        String prompt = "<|im_start|>User:<image>what is on the table ?<end_of_utterance>\nAssistant:";
        try (Session<Idefics3> session = load();
                Tokenizer tokenizer = Tokenizer.load(BASE);
                NDManager manager = DjlEngine.newManager(Device.cpu());
                ProcessedImages processed = ImageProcessor.load(BASE)
                        .process(List.of(Image.fromFile(BASE.resolve("photo.png"))), manager)) {
            assertThat(processed.tilings()).containsExactly(new Tiling(2, 2));
            assertThat(processed.pixelValues().getShape()).isEqualTo(new Shape(5, 3, 32, 32));
            assertThat(session.model().ids(prompt, processed.tilings(), tokenizer))
                    .isEqualTo(expected);
        }
    }

    @Test
    void withoutCuttingThereIsTheWholePictureAlone() {
        ObjectNode options = new ObjectMapper().createObjectNode().put("do_image_splitting", false);
        try (NDManager manager = DjlEngine.newManager(Device.cpu());
                ProcessedImages processed = ImageProcessor.load(BASE)
                        .withOptions(options)
                        .process(List.of(Image.fromFile(BASE.resolve("photo.png"))), manager)) {
            assertThat(processed.tilings()).containsExactly(Tiling.NONE);
            assertThat(processed.pixelValues().getShape()).isEqualTo(new Shape(1, 3, 32, 32));
        }
    }

    @Test
    void tilesStandInThePromptRowByRow() {
        assertThat(Idefics3.expanded("a *, *", List.of(new Tiling(1, 2), Tiling.NONE), "*", 2))
                .isEqualTo("a <fake_token_around_image><row_1_col_1>**<fake_token_around_image><row_1_col_2>**\n"
                        + "\n<fake_token_around_image><global-img>**<fake_token_around_image>,"
                        + " <fake_token_around_image><global-img>**<fake_token_around_image>");
    }

    @Test
    void aPromptHasAPlaceForEachPicture() {
        for (String prompt : List.of("no place", "<image> and <image>")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Idefics3.expanded(prompt, List.of(Tiling.NONE), "<image>", 4))
                    .withMessageMatching("The prompt has [02] places for pictures \\(<image>\\), but there are 1"
                            + " pictures\\.\\R  try:  one <image> for each picture\\.");
        }
    }

    @Test
    void masksAndPicturesThatTheTowerCantReadAreRefused() {
        try (Session<Idefics3> session = load()) {
            session.run((model, scope, pass) -> {
                NDArray pixels = scope.ones(new Shape(1, 3, 32, 32));
                NDArray corner = scope.ones(new Shape(1, 32, 32));
                corner.set(new float[1024]);
                for (NDArray mask : List.of(corner, corner.add(scope.eye(32).expandDims(0)))) {
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> model.see(VisionInput.of(pixels).withReal(mask), pass))
                            .withMessageStartingWith("The pixel mask of picture 0 must show a rectangle of patches");
                }
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> model.see(VisionInput.of(scope.ones(new Shape(1, 3, 32, 40))), pass))
                        .withMessageStartingWith("A picture of 20 patches isn't a square of squares of 2 × 2 patches");
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> VisionInput.of(pixels).withReal(scope.ones(new Shape(1, 8, 32))))
                        .withMessageStartingWith("The pixel mask must be [batch, imageHeight, imageWidth]");
                return null;
            });
        }
    }

    @Test
    void aLanguageModelIsALlamaWhereTheConfigIsSilent() {
        ObjectNode json = JsonFile.read(BASE.resolve("config.json")).deepCopy();
        json.withObject("/text_config").remove("model_type");
        Idefics3 model = Idefics3.of(new ConfigJson(json), FusionTask.TILED_CHATTING);
        assertThat(model.tokensPerPicture()).isEqualTo(4);
        json.put("image_token_id", 343);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Idefics3.of(new ConfigJson(json), FusionTask.TILED_CHATTING))
                .withMessage("config.json: image_token_id (343) must be an id of the language model: from 1 to 342.");
    }

    @Test
    void captionersRefuseIt() {
        assertThatThrownBy(() -> ImageCaptioner.load(BASE).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("This checkpoint is of SmolVLMForConditionalGeneration, model type 'smolvlm',"
                        + " which isn't for captions.");
    }
}
