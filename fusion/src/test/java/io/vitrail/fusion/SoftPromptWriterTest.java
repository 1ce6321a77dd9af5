package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.TextInput;
import io.vitrail.text.generation.Decoding;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.VisionModels;
import io.vitrail.vit.VisionTask;
import io.vitrail.vit.image.Tiling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Pictures among words: their places, and what is refused; that models equal the reference is for the golden cases. */
class SoftPromptWriterTest {
    private static final String LLAVA = "llava/layers";
    private static final int PLACES = 10; // of a picture of LLAVA's
    private static final long IMAGE = 59;

    static Stream<Operations> faces() {
        return Stream.of(ReadableOperations.INSTANCE, Kernels.choose(Device.cpu(), Precision.FP32));
    }

    private static Session<SoftPromptWriter> load(String name, Operations operations) {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.folder(name))) {
            String className = FusionModels.className(checkpoint);
            return FusionModels.load(checkpoint, className, SoftPromptWriter.class, operations, Device.cpu());
        }
    }

    private static VisionInput pixels(NDManager manager, int... seeds) {
        int size = 3 * 12 * 12;
        float[] values = new float[seeds.length * size];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(0.37 * (i % size) * (1 + seeds[i / size]));
        }
        return VisionInput.of(manager.create(values, new Shape(seeds.length, 3, 12, 12)));
    }

    /** Words, and in place of each 0 those of a picture. */
    private static long[] text(long... words) {
        return LongStream.of(words)
                .flatMap(word -> word == 0 ? LongStream.generate(() -> IMAGE).limit(PLACES) : LongStream.of(word))
                .toArray();
    }

    private static float[][] scores(
            Session<SoftPromptWriter> session, long[][] prompts, Function<NDManager, VisionInput> pictures) {
        SoftPromptWriter.Reading reading = new SoftPromptWriter.Reading(scope -> null, pictures);
        try (Decoding decoding = SoftPromptWriter.decoding(session, reading, Patience.endless())) {
            decoding.next(prompts);
            return decoding.next(
                    Arrays.stream(prompts).map(row -> new long[] {5}).toArray(long[][]::new));
        }
    }

    @ParameterizedTest
    @MethodSource("faces")
    void promptsWithAnyNumberOfPicturesAreWrittenOnAsEachAlone(Operations operations) {
        long[][] prompts = {text(4, 0, 7, 0), text(0, 9), text(8, 8)};
        try (Session<SoftPromptWriter> session = load(LLAVA, operations)) {
            float[][] together = scores(session, prompts, scope -> pixels(scope, 1, 2, 3));
            float[] two = scores(session, new long[][] {prompts[0]}, scope -> pixels(scope, 1, 2))[0];
            float[] one = scores(session, new long[][] {prompts[1]}, scope -> pixels(scope, 3))[0];
            float[] other = scores(session, new long[][] {prompts[1]}, scope -> pixels(scope, 1))[0];
            assertThat(together[0]).containsExactly(two, within(2e-5f));
            assertThat(together[1]).containsExactly(one, within(2e-5f));
            assertThat(Math.abs(other[0] - one[0])).isGreaterThan(1e-3f);
        }
    }

    @Test
    void wordsKeepTheirVectorsAndPicturesTakeTheirPlacesInReadingOrder() {
        try (Session<SoftPromptWriter> session = load(LLAVA, ReadableOperations.INSTANCE)) {
            session.run((model, scope, pass) -> {
                NDArray ids = scope.create(new long[][] {text(4, 0, 7), text(9, 9, 0)});
                NDArray read = model.read(TextInput.of(ids), pixels(scope, 1, 2), pass)
                        .vectors()
                        .orElseThrow();
                NDArray words = model.decoder().embed(ids, pass);
                NDArray seen = model.see(pixels(scope, 1, 2), pass);
                assertThat(read.get("0, 1:11").toFloatArray())
                        .containsExactly(seen.get(0).toFloatArray(), within(1e-6f));
                assertThat(read.get("1, 2:").toFloatArray())
                        .containsExactly(seen.get(1).toFloatArray(), within(1e-6f));
                assertThat(read.get(":, 0")).isEqualTo(words.get(":, 0"));
                assertThat(read.get("0, 11:")).isEqualTo(words.get("0, 11:"));
                return null;
            });
        }
    }

    @Test
    void placesAndPicturesMustAgree() {
        try (Session<SoftPromptWriter> session = load(LLAVA, ReadableOperations.INSTANCE)) {
            for (int pictures : new int[] {1, 3}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> scores(
                                session, new long[][] {text(4, 0, 7, 0)}, scope -> pixels(scope, new int[pictures])))
                        .withMessageContaining(
                                "The prompts have 20 image tokens (id 59), but the %d pictures need 10 each.",
                                pictures);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "llava/base, 1, 'USER: <image>\ndescribe this image . ASSISTANT:', 16",
        "blip2/opt, 0, question : what is on the table ? answer :, 4"
    })
    void promptsBecomeTheIdsOfTheReferencesProcessor(String name, int row, String prompt, int places) {
        GoldenCase golden = GoldenCase.read(Goldens.folder(name));
        int width = (int) golden.tensors().get("process.input_ids").shape()[1];
        long[] all = golden.tensors().get("process.input_ids").integers();
        try (Session<SoftPromptWriter> session = load(name, ReadableOperations.INSTANCE);
                Tokenizer tokenizer = Tokenizer.load(Goldens.folder(name))) {
            assertThat(session.model().tokensPerPicture()).isEqualTo(places);
            assertThat(session.model().ids(prompt, List.of(Tiling.NONE), tokenizer))
                    .isEqualTo(Arrays.copyOfRange(all, row * width, (row + 1) * width));
        }
    }

    @Test
    void olderCheckpointsHaveTheirChatTemplateInAFileOfJson(@TempDir Path folder) throws IOException {
        Path golden = Goldens.folder("llava/base");
        for (String file : List.of("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")) {
            Files.copy(golden.resolve(file), folder.resolve(file));
        }
        String template = Files.readString(golden.resolve("chat_template.jinja"));
        ObjectNode json = new ObjectMapper().createObjectNode().put("chat_template", template);
        Files.writeString(folder.resolve("chat_template.json"), json.toString());
        ObjectNode message = new ObjectMapper().createObjectNode().put("role", "user");
        message.putArray("content")
                .add(parsed("{\"type\": \"image\"}"))
                .add(parsed("{\"type\": \"text\", \"text\": \"describe this image .\"}"));
        JsonNode messages = new ObjectMapper().createArrayNode().add(message);
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertThat(tokenizer.chatTemplate().render(messages, true, Map.of()))
                    .isEqualTo("USER: <image>\ndescribe this image . ASSISTANT:");
        }
    }

    @Test
    void aVisionTowerOfBlip2HasTheReferencesSizesWhereItsConfigIsSilent() {
        ConfigJson config = new ConfigJson(parsed("{\"model_type\": \"blip_2_vision_model\"}"));
        assertThat(VisionModels.create(config, VisionTask.FEATURES).sizes())
                .containsEntry("width", 1408L)
                .containsEntry("heads", 16L)
                .containsEntry("mlpWidth", 6144L)
                .containsEntry("patchHeight", 14L)
                .containsEntry("positions", 257L);
    }

    private static void create(String name, Consumer<ObjectNode> change) {
        JsonNode json =
                JsonFile.read(Goldens.folder(name).resolve("config.json")).deepCopy();
        change.accept((ObjectNode) json);
        ConfigJson config = new ConfigJson(json);
        FusionModel model = name.startsWith("llava")
                ? Llava.of(config, FusionTask.CHATTING)
                : Blip2.of(config, FusionTask.PROMPTED_WRITING);
        assertThat(model).isNull(); // not reached
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-5     | vision_feature_layer (-5) must be from -4 to 3 for a vision tower of 3 layers.",
                "4      | vision_feature_layer (4) must be from -4 to 3 for a vision tower of 3 layers.",
                "[]     | vision_feature_layer must name from 1 to 4 layers, not 0.",
                "[0, 9] | vision_feature_layer (9) must be from -4 to 3 for a vision tower of 3 layers."
            })
    void layersThatTheTowerLacksAreRefused(String value, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> create(LLAVA, json -> json.set("vision_feature_layer", parsed(value))))
                .withMessage("config.json: " + message);
    }

    private static JsonNode parsed(String value) {
        try {
            return new ObjectMapper().readTree(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void configsThatNoModelCanBeAreRefused() {
        assertThatThrownBy(() -> create(LLAVA, json -> json.put("vision_feature_select_strategy", "some")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("'vision_feature_select_strategy' must be 'default' or 'full', not \"some\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> create(LLAVA, json -> json.put("image_token_index", 60)))
                .withMessage("config.json: image_token_index (60) must be an id of the language model: from 1 to 59.");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        create(LLAVA, json -> json.withObject("/text_config").put("model_type", "openai-gpt")))
                .withMessageContaining("Gpt1 reads nothing but words");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        create(LLAVA, json -> json.withObject("/vision_config").put("model_type", "vit")))
                .withMessage("config.json: a LLaVA with a vision tower of type 'vit' is not supported;"
                        + " supported: [clip_vision_model, siglip_vision_model].");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> create("blip2/opt", json -> json.remove("image_token_index")))
                .withMessageStartingWith("config.json: 'image_token_index' is missing");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> create("blip2/opt", json -> json.put("num_query_tokens", 5000)))
                .withMessage("config.json: num_query_tokens (5000) must be at most 4096.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> create(
                        "blip2/opt", json -> json.withObject("/text_config").put("model_type", "bart")))
                .withMessage("config.json: a BLIP-2 with a language model of type 'bart' is not supported;"
                        + " supported: opt, t5.");
        assertThatThrownBy(() -> create("blip2/opt", json -> json.withObject("/qformer_config")
                        .put("position_embedding_type", "relative_key")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("'qformer_config.position_embedding_type' must be 'absolute'");
    }
}
