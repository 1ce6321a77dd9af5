package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Grid;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.attention.HeatMap;
import io.vitrail.vit.attention.WordMap;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where words came from that don't take from places of the picture themselves; see places.py beside places.json. */
@Timeout(300)
class ExplainedPlacesTest {
    @TempDir
    private Path folder;

    private static List<JsonNode> cases(String folder) {
        List<JsonNode> cases = StreamSupport.stream(
                        JsonFile.readList(Goldens.folder("../words/places.json"))
                                .spliterator(),
                        false)
                .filter(each -> each.path("case").asText().startsWith(folder))
                .toList();
        assertThat(cases).isNotEmpty();
        return cases;
    }

    private static Image photo(JsonNode expected) {
        return Image.fromFile(Goldens.folder(expected.path("case").asText())
                .resolve(expected.path("image").asText("photo.png")));
    }

    private static void assertMaps(List<WordMap> words, JsonNode expected, Image photo) {
        assertThat(words).hasSameSizeAs(expected).isNotEmpty();
        for (int i = 0; i < words.size(); i++) {
            assertThat(words.get(i).word())
                    .isEqualTo(expected.path(i).path("word").asText());
            HeatMap map = words.get(i).map();
            assertClose(map.values(), expected.path(i).path("map"));
            assertThat(map.rows().start()).isZero();
            assertThat(map.columns().start()).isZero();
            assertThat(map.rows().end()).isCloseTo(photo.height(), within(1e-9));
            assertThat(map.columns().end()).isCloseTo(photo.width(), within(1e-9));
        }
    }

    private static void assertClose(float[] values, JsonNode expected) {
        assertThat(values).hasSize(expected.size());
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).isCloseTo(expected.path(i).floatValue(), within(1e-5f));
        }
    }

    private static void assertGrid(HeatMap map, JsonNode expected) {
        assertThat(map.grid().rows()).isEqualTo(expected.path("grid").path(0).asInt());
        assertThat(map.grid().columns()).isEqualTo(expected.path("grid").path(1).asInt());
    }

    static List<JsonNode> chats() {
        return cases("smolvlm");
    }

    @ParameterizedTest
    @MethodSource("chats")
    void tilesAndTheWholeAreThePhoto(JsonNode expected) throws IOException {
        try (VisualQuestionAnswerer own = VisualQuestionAnswerer.load(withSettings(expected))) {
            VisualQuestionAnswerer answerer =
                    own.withOptions(own.options().toBuilder().maxNewTokens(5).build());
            Image photo = photo(expected);
            ExplainedAnswer explained =
                    answerer.explain(photo, expected.path("text").asText());
            assertThat(explained.answer().text())
                    .isEqualTo(expected.path("answer").asText().strip());
            assertMaps(explained.words(), expected.path("words"), photo);
            assertGrid(explained.words().get(0).map(), expected);
            assertThat(explained.question()).isEmpty();
        }
    }

    /** The checkpoint, whose processor has other settings. */
    private Path withSettings(JsonNode expected) throws IOException {
        copy(Goldens.folder(expected.path("case").asText()));
        Path processor = folder.resolve("preprocessor_config.json");
        ObjectNode settings = (ObjectNode) JsonFile.read(processor);
        settings.setAll((ObjectNode) expected.path("settings"));
        Files.writeString(processor, settings.toString());
        return folder;
    }

    private void copy(Path checkpoint) throws IOException {
        try (Stream<Path> files = Files.list(checkpoint)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void queriesStandBetweenWordsAndThePhoto() {
        try (ImageCaptioner own = ImageCaptioner.load(Goldens.folder("blip2/opt"))) {
            for (JsonNode expected : cases("blip2/opt")) {
                ImageCaptioner captioner = own.withPrompt(expected.path("text").asText())
                        .withOptions(own.options().toBuilder().maxNewTokens(6).build());
                Image photo = photo(expected);
                ExplainedCaption explained = captioner.explain(photo);
                assertThat(explained.caption().text())
                        .isEqualTo(expected.path("text").asText()
                                + expected.path("answer").asText());
                assertMaps(explained.words(), expected.path("words"), photo);
            }
        }
    }

    @Test
    void aChosenAnswerHasOneMapBesideThoseOfTheQuestion() {
        try (VisualQuestionAnswerer answerer = VisualQuestionAnswerer.load(Goldens.folder("vilt/vqa"))) {
            for (JsonNode expected : cases("vilt/vqa")) {
                Image photo = photo(expected);
                String question = expected.path("text").asText();
                ExplainedAnswer explained = answerer.explain(photo, question);
                assertThat(explained.answer()).isEqualTo(answerer.answer(photo, question));
                assertMaps(explained.question(), expected.path("question"), photo);
                assertMaps(explained.words(), expected.path("words"), photo);
                assertGrid(explained.words().get(0).map(), expected);
            }
        }
    }

    /** T5's encoder reads the prompt with the queries in it. */
    @Test
    void captionsThatAnswerAPromptHaveMaps() throws IOException {
        copy(Goldens.folder("blip2/t5_padding"));
        Files.copy(Goldens.folder("blip2/opt").resolve("photo.png"), folder.resolve("photo.png"));
        String words =
                IntStream.range(0, 60).mapToObj(i -> "\"w" + i + "\": " + i).collect(Collectors.joining(", "));
        Files.writeString(
                folder.resolve("tokenizer.json"),
                "{\"pre_tokenizer\": {\"type\": \"Whitespace\"}, \"model\": {\"type\": \"WordLevel\","
                        + " \"unk_token\": \"w0\", \"vocab\": {" + words + "}}}");
        Files.writeString(
                folder.resolve("preprocessor_config.json"),
                "{\"image_processor_type\": \"BlipImageProcessor\", \"size\": {\"height\": 12, \"width\": 12}}");
        try (ImageCaptioner own = ImageCaptioner.load(folder)) {
            ImageCaptioner captioner = own.withPrompt("w3 w7")
                    .withOptions(own.options().toBuilder().maxNewTokens(4).build());
            ExplainedCaption explained = captioner.explain(Image.fromFile(folder.resolve("photo.png")));
            assertThat(explained.words()).isNotEmpty();
            assertThat(explained.words().get(0).map().grid()).isEqualTo(new Grid(3, 3));
            assertThat(explained.words().get(0).map().greatest()).isBetween(0.001f, 1f);
        }
    }

    @Test
    void captionsOfCocaHaveMaps() {
        Path checkpoint = Goldens.folder("coca/tasks");
        Image photo = Image.fromFile(checkpoint.resolve("photo.png"));
        try (ImageCaptioner captioner = ImageCaptioner.load(checkpoint)) {
            List<WordMap> words = captioner.explain(photo).words();
            assertThat(words).isNotEmpty();
            for (WordMap word : words) {
                assertThat(word.map().grid().tokens()).isEqualTo(16);
                double sum = IntStream.range(0, 16)
                        .mapToDouble(i -> word.map().values()[i])
                        .sum();
                assertThat(sum).isBetween(0.5, 1.0); // the rest is the class token's
                double side = word.map().rows().end() - word.map().rows().start(); // a square was cut out
                assertThat(side).isCloseTo(Math.min(photo.height(), photo.width()), within(1.0));
            }
        }
    }

    /** Cases of a model alone: what it took for given ids, before it lies on a photo. */
    static List<JsonNode> models() {
        return Stream.concat(cases("blip2/t5").stream(), cases("coca").stream()).toList();
    }

    @ParameterizedTest
    @MethodSource("models")
    void whatWordsTookIsTheReferences(JsonNode expected) {
        Path checkpoint = Goldens.folder(expected.path("case").asText());
        Map<String, GoldenTensor> tensors = GoldenCase.read(checkpoint).tensors();
        GoldenTensor pictures = tensors.getOrDefault("in.image.3", tensors.get("in.pixel_values"));
        WrittenText text = new WrittenText(ids(expected, "source"), ids(expected, "begun"), ids(expected, "written"));
        try (Session<FusionModel> session = load(checkpoint)) {
            MeanAttention taken = session.run(Patience.endless(), (model, scope, pass) -> {
                NDArray pixels = pictures.toArray(scope).get(":1");
                return model.taken(VisionInput.of(pixels), text, pass);
            });
            assertThat(taken.queries()).isEqualTo(text.written().length);
            for (int word = 0; word < taken.queries(); word++) {
                assertClose(taken.weights()[word], expected.path("taken").path(word));
            }
            int height = (int) pictures.shape()[2];
            int width = (int) pictures.shape()[3];
            assertThat(session.model().layout(height, width).orElseThrow().tokens())
                    .isEqualTo(taken.keys());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"blip2/opt", "llava/base", "coca/tasks"})
    void otherPrecisionsLookReadablyToo(String name) {
        Path checkpoint = Goldens.folder(name);
        Image photo = Image.fromFile(checkpoint.resolve("photo.png"));
        Compute compute = new Compute(Device.cpu(), Precision.BF16);
        try (ImageCaptioner own = ImageCaptioner.load(checkpoint, compute)) {
            ImageCaptioner captioner = own.withPrompt(name.startsWith("llava") ? "<image> a" : "")
                    .withOptions(own.options().toBuilder().maxNewTokens(6).build());
            assertThat(captioner.explain(photo).words())
                    .isNotEmpty()
                    .allSatisfy(word ->
                            assertThat(word.map().greatest()).isPositive().isLessThan(1));
        }
    }

    @Test
    void aModelThatWritesNothingWroteNoWords() {
        WrittenText text = new WrittenText(new long[0], new long[] {1}, new long[] {2});
        try (Session<FusionModel> session = load(Goldens.folder("vilt/vqa"))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> session.run(Patience.endless(), (model, scope, pass) -> {
                        VisionInput picture = VisionInput.of(scope.zeros(new Shape(1, 3, 32, 32)));
                        return model.taken(picture, text, pass);
                    }))
                    .withMessageStartingWith("It can't be told where this model's words came from");
        }
    }

    private static Session<FusionModel> load(Path path) {
        try (Checkpoint checkpoint = Checkpoint.open(path)) {
            String name = checkpoint.folder().getParent().endsWith("coca")
                    ? CocaWriter.CLASS
                    : FusionModels.className(checkpoint);
            return FusionModels.load(checkpoint, name, FusionModel.class, ReadableOperations.INSTANCE, Device.cpu());
        }
    }

    private static long[] ids(JsonNode expected, String key) {
        return StreamSupport.stream(expected.path(key).spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
    }
}
