package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.GeneratedText;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextInput;
import io.vitrail.text.generation.CachedDecoding;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.KeyValueCache;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The one stream of GIT, in steps, and what it refuses; that it equals the reference is for the golden cases. */
class GitTest {
    private static final Path FILM = Goldens.folder("git/film");
    private static final long[][] TEXTS = {{1, 12, 9, 30, 5, 17, 21}, {1, 6, 14, 14, 25, 10, 31}};

    static Stream<Operations> faces() {
        return Stream.of(ReadableOperations.INSTANCE, Kernels.choose(Device.cpu(), Precision.FP32));
    }

    private static Session<FusionModel> load(Path folder, Operations operations) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return FusionModels.load(checkpoint, "GitForCausalLM", FusionModel.class, operations, Device.cpu());
        }
    }

    private static NDArray pixels(NDManager manager, int pictures, int seed) {
        float[] values = new float[pictures * 3 * 20 * 20];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(0.37 * i + seed);
        }
        return manager.create(values, new Shape(pictures, 3, 20, 20));
    }

    private static void assertClose(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected).containsExactly(expected, within(2e-5f));
    }

    @ParameterizedTest
    @MethodSource("faces")
    void wordsThatAreReadInStepsAreReadAsInOnePass(Operations operations) {
        try (Session<FusionModel> session = load(FILM, operations)) {
            session.run((model, scope, pass) -> {
                Git git = (Git) model;
                Tokens seen = git.see(VisionInput.of(pixels(scope, 2, 1)), pass);
                NDArray ids = scope.create(TEXTS);
                NDArray whole = git.decoder().states(TextInput.of(ids), pass.withContext(seen));
                KeyValueCache cache = new KeyValueCache(scope);
                Pass cached = pass.withContext(seen).withCache(cache);
                NDList steps = new NDList();
                for (int[] step : new int[][] {{0, 3}, {3, 4}, {4, 7}}) {
                    TextInput some = TextInput.of(ids.get(":, {}:{}", step[0], step[1]));
                    steps.add(git.decoder().states(some, cached));
                    cache.advance(2, step[1] - step[0]);
                }
                assertThat(cache.length())
                        .isEqualTo(7 + seen.vectors().getShape().get(1));
                assertClose(NDArrays.concat(steps, 1).toFloatArray(), whole.toFloatArray());
                return null;
            });
        }
    }

    @ParameterizedTest
    @MethodSource("faces")
    void promptsOfAnyLengthAreWrittenOnAsEachAlone(Operations operations) {
        long[][] prompts = {{1, 12, 9, 30}, {1, 6}};
        try (Session<FusionModel> session = load(FILM, operations)) {
            float[][][] together = written(session, prompts, 0, 1);
            for (int row = 0; row < 2; row++) {
                float[][][] alone = written(session, new long[][] {prompts[row]}, row);
                for (int step = 0; step < 3; step++) {
                    assertClose(together[step][row], alone[step][0]);
                }
            }
        }
    }

    /** Scores of three steps: behind prompts, and two words each; the third behind rows in another order and back. */
    private static float[][][] written(Session<FusionModel> session, long[][] prompts, int... pictures) {
        int rows = prompts.length;
        CachedDecoding.Context<FusionModel> seen = (model, manager, pass) -> {
            NDArray both = pixels(manager, 2, 3);
            NDArray chosen = rows == 2 ? both : both.get("{}:{}", pictures[0], pictures[0] + 1);
            return ((Git) model).see(VisionInput.of(chosen), pass);
        };
        try (CachedDecoding<FusionModel> decoding =
                CachedDecoding.asking(session, GitTest::decoder, seen, Patience.endless())) {
            long[][] word = Stream.of(prompts).map(row -> new long[] {17}).toArray(long[][]::new);
            float[][] first = decoding.next(prompts);
            float[][] second = decoding.next(word);
            decoding.select(rows == 2 ? new int[] {0, 0, 1, 1} : new int[] {0, 0});
            long[][] doubled = Stream.concat(Stream.of(word), Stream.of(word)).toArray(long[][]::new);
            float[][] third = decoding.next(doubled);
            return new float[][][] {first, second, rows == 2 ? new float[][] {third[1], third[2]} : third};
        }
    }

    private static TextDecoder decoder(FusionModel model) {
        return ((Git) model).decoder();
    }

    @Test
    void severalTextsMayBeAboutOnePicture() {
        try (Session<FusionModel> session = load(FILM, ReadableOperations.INSTANCE)) {
            session.run((model, scope, pass) -> {
                Git git = (Git) model;
                Tokens one = git.see(VisionInput.of(pixels(scope, 1, 1)), pass);
                Tokens twice = Tokens.of(one.vectors().repeat(0, 2));
                TextInput texts = TextInput.of(scope.create(TEXTS));
                assertClose(
                        git.stream(texts, pass.withContext(one)).toFloatArray(),
                        git.stream(texts, pass.withContext(twice)).toFloatArray());
                Tokens three = git.see(VisionInput.of(pixels(scope, 3, 1)), pass);
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> git.stream(texts, pass.withContext(three)))
                        .withMessage("2 texts can't share 3 pictures equally.");
                return null;
            });
        }
    }

    @Test
    void withoutAPictureWordsSeeThoseBeforeThem() {
        try (Session<FusionModel> session = load(FILM, ReadableOperations.INSTANCE)) {
            session.run((model, scope, pass) -> {
                NDArray ids = scope.create(TEXTS);
                NDArray all = ((Git) model).stream(TextInput.of(ids), pass);
                NDArray some = ((Git) model).stream(TextInput.of(ids.get(":, :4")), pass);
                assertClose(some.toFloatArray(), all.get(":, :4").toFloatArray());
                return null;
            });
        }
    }

    @Test
    void filmsAreNoLongerThanTheMomentsThatAreKnown() {
        try (Session<FusionModel> session = load(FILM, ReadableOperations.INSTANCE)) {
            session.run((model, scope, pass) -> {
                Git git = (Git) model;
                VisionInput frame = VisionInput.of(pixels(scope, 1, 1));
                Tokens two = git.watch(List.of(frame, frame), pass);
                assertThat(two.vectors().getShape()).isEqualTo(new Shape(1, 2 * 17, 24));
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> git.watch(List.of(frame, frame, frame, frame), pass))
                        .withMessage("A film of 4 pictures can't be seen: this model knows 3 moments.");
                assertThatIllegalArgumentException().isThrownBy(() -> git.watch(List.of(), pass));
                return null;
            });
        }
    }

    @Test
    void captionsOfFilesAreTheReferences() {
        Path folder = Goldens.folder("git/base");
        GoldenCall call = GoldenCase.read(folder).calls().stream()
                .filter(one -> one.name().equals("from_files"))
                .findFirst()
                .orElseThrow();
        try (ImageCaptioner own = ImageCaptioner.load(folder)) {
            ImageCaptioner captioner = own.withOptions(own.options().with(new ConfigJson(call.options())));
            List<Image> images = Stream.of("photo.png", "drawing.png")
                    .map(file -> Image.fromFile(folder.resolve(file)))
                    .toList();
            List<String> texts =
                    captioner.caption(images).stream().map(GeneratedText::text).toList();
            assertThat(call.json().path("values").path("text"))
                    .extracting(JsonNode::asText)
                    .containsExactlyElementsOf(texts);
        }
    }

    @Test
    void aPromptIsNotEndedByItsSeparator() {
        Path folder = Goldens.folder("git/base");
        long[] expected =
                GoldenCase.read(folder).tensors().get("in.question_ids").integers();
        try (Session<FusionModel> session = load(folder, ReadableOperations.INSTANCE);
                Checkpoint checkpoint = Checkpoint.open(folder);
                Tokenizer tokenizer = Tokenizer.load(folder)) {
            Git git = (Git) session.model();
            long[] ids = git.ids("what is on the table ?", tokenizer);
            assertThat(expected).startsWith(ids).hasSize(2 * ids.length);
            assertThat(git.prompt(ids, git.options(checkpoint)).ids()).isEqualTo(ids);
            assertThat(git.prompt(new long[0], git.options(checkpoint)).ids()).containsExactly(2);
        }
    }

    @Test
    void whatIsNotSupportedIsNamed() {
        assertRefused(
                json -> json.put("position_embedding_type", "relative_key"),
                "config.json: position_embedding_type 'relative_key' is not supported for GIT; supported: absolute.");
        assertRefused(
                json -> json.put("num_image_with_embedding", 1_000_000),
                "config.json: num_image_with_embedding (1000000) must be from 0 to 1000.");
        try (Session<FusionModel> session = load(FILM, ReadableOperations.INSTANCE)) {
            session.run((model, scope, pass) -> {
                TextInput perToken = TextInput.of(scope.create(TEXTS))
                        .withMask(scope.eye(7).expandDims(0).repeat(0, 2));
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> ((Git) model).stream(perToken, pass))
                        .withMessage("GIT takes a mask of padding, [batch, tokens].");
                return null;
            });
        }
    }

    private static void assertRefused(Consumer<ObjectNode> change, String message) {
        ObjectNode json = (ObjectNode) JsonFile.read(FILM.resolve("config.json"));
        change.accept(json);
        assertThatThrownBy(() -> Git.of(new ConfigJson(json), FusionTask.WRITING))
                .isInstanceOfAny(IllegalArgumentException.class, CheckpointException.class)
                .hasMessageContaining(message);
    }
}
