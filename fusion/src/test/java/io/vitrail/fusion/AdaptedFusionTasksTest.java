package io.vitrail.fusion;

import io.vitrail.text.GeneratedText;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.AdaptedTask;
import io.vitrail.transformer.lora.Adapters;
import io.vitrail.vit.ScoredLabel;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Several adapters share the model of a task on pictures and texts, and each answers as if it were merged. */
class AdaptedFusionTasksTest {
    private static final Image PHOTO = RecordedQuestions.picture("photo.png");
    private static final List<String> TEXTS = List.of("a cat", "a red car");

    @TempDir
    private static Path vilt;

    @TempDir
    private Path folder;

    static Stream<AdaptedTask<?>> tasks() throws IOException {
        copy("vilt/match", List.of("config.json", "model.safetensors"));
        copy("vilt/vqa", List.of("preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"));
        return Stream.of(
                matcher(Goldens.folder("blip_itm/base"), "query", TEXTS),
                matcher(vilt, "query", List.of("1 2", "3 . 4")), // its vocabulary is smaller than the tokenizer's
                matcher(Goldens.folder("coca/tasks"), "text.transformer.resblocks.0.mlp.c_fc", TEXTS),
                reader(),
                chat(),
                captioner(),
                answerer(),
                embedder(),
                zeroShot());
    }

    /** The recorded matcher, which has no tokenizer, with that of another model. */
    private static void copy(String golden, List<String> files) throws IOException {
        for (String file : files) {
            Files.copy(Goldens.folder(golden).resolve(file), vilt.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static AdaptedTask<ImageTextMatcher> matcher(Path base, String layers, List<String> texts) {
        return new AdaptedTask<>(
                base,
                layers,
                ImageTextMatcher::load,
                (folder, peft) -> ImageTextMatcher.loadMerged(folder, peft, Compute.DEFAULT),
                ImageTextMatcher::with,
                task -> task.match(PHOTO, texts).stream()
                        .mapToDouble(ImageTextMatcher.Match::score)
                        .toArray(),
                ImageTextMatcher::close);
    }

    private static AdaptedTask<TextReader> reader() {
        return new AdaptedTask<>(
                Goldens.folder("vision_encoder_decoder/vit_trocr"),
                "q_proj",
                TextReader::load,
                (base, peft) -> TextReader.loadMerged(base, peft, Compute.DEFAULT),
                TextReader::with,
                task -> ids(task.read(PHOTO)),
                TextReader::close);
    }

    private static AdaptedTask<VisionChat> chat() {
        return new AdaptedTask<>(
                Goldens.folder("smolvlm/base"),
                "q_proj",
                VisionChat::load,
                (base, peft) -> VisionChat.loadMerged(base, peft, Compute.DEFAULT),
                VisionChat::with,
                task -> ids(task.withOptions(
                                task.options().toBuilder().maxNewTokens(8).build())
                        .answer(PHOTO, "why ?")),
                VisionChat::close);
    }

    private static AdaptedTask<ImageCaptioner> captioner() {
        return new AdaptedTask<>(
                Goldens.folder("vision_encoder_decoder/vit_trocr"),
                "v_proj",
                ImageCaptioner::load,
                (base, peft) -> ImageCaptioner.loadMerged(base, peft, Compute.DEFAULT),
                ImageCaptioner::with,
                task -> ids(task.caption(PHOTO)),
                ImageCaptioner::close);
    }

    private static double[] ids(GeneratedText text) {
        return Arrays.stream(text.sequence().ids()).asDoubleStream().toArray();
    }

    private static AdaptedTask<VisualQuestionAnswerer> answerer() {
        return new AdaptedTask<>(
                Goldens.folder("vilt/vqa"),
                "query",
                VisualQuestionAnswerer::load,
                (base, peft) -> VisualQuestionAnswerer.loadMerged(base, peft, Compute.DEFAULT),
                VisualQuestionAnswerer::with,
                task -> task.answers(PHOTO, List.of("what is it?"), 2).get(0).stream()
                        .mapToDouble(answer -> answer.score())
                        .toArray(),
                VisualQuestionAnswerer::close);
    }

    private static AdaptedTask<ImageTextEmbedder> embedder() {
        return new AdaptedTask<>(
                Goldens.folder("clip/quick_gelu"),
                "q_proj",
                ImageTextEmbedder::load,
                (base, peft) -> ImageTextEmbedder.loadMerged(base, peft, Compute.DEFAULT),
                ImageTextEmbedder::with,
                task -> Stream.of(
                                task.embedImage(PHOTO).values(),
                                task.embedText("a cat").values())
                        .flatMapToDouble(AdaptedFusionTasksTest::doubles)
                        .toArray(),
                ImageTextEmbedder::close);
    }

    private static DoubleStream doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]);
    }

    private static AdaptedTask<ZeroShotClassifier> zeroShot() {
        ZeroShotClassifier.Labels labels = new ZeroShotClassifier.Labels(TEXTS, PromptTemplates.DEFAULT);
        return new AdaptedTask<>(
                Goldens.folder("clip/quick_gelu"),
                "v_proj",
                base -> ZeroShotClassifier.load(base, TEXTS),
                (base, peft) -> ZeroShotClassifier.loadMerged(base, peft, labels, Compute.DEFAULT),
                ZeroShotClassifier::with,
                task -> task.classify(PHOTO).labels().stream()
                        .mapToDouble(ScoredLabel::probability)
                        .toArray(),
                ZeroShotClassifier::close);
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void eachAdapterAnswersAsIfItWereMerged(AdaptedTask<?> task) {
        task.checkSharing(folder);
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void anAdapterOfAnotherModelIsRefused(AdaptedTask<?> task) {
        task.checkRefusal(Adapters.of(Goldens.folder("git/base"), "key", 1, folder));
    }
}
