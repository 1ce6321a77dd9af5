package io.vitrail.fusion.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.fusion.ImageCaptioner;
import io.vitrail.fusion.training.CaptionLesson.Measure;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.training.FineTuner;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.TuningProgress;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tiny captioners learn what two pictures show. */
class CaptionLessonTest {
    private static final String BLIP = "blip_caption/base";

    @TempDir
    private Path folder;

    private static TuningReport train(
            Path checkpoint, Path data, Path out, FineTuning how, CaptionLesson.Options options, TuningProgress heard) {
        try (CaptionLesson lesson = CaptionLesson.of(checkpoint, LessonData.filesIn(data), how, options)) {
            return new FineTuner(lesson, how).run(out, heard);
        }
    }

    private Path data(Path checkpoint) {
        LessonData.files(checkpoint, folder);
        return folder;
    }

    private static double loss(Path checkpoint, Path data) {
        CaptionLesson.Options options = new CaptionLesson.Options(Measure.LOSS, Optional.empty(), file -> {}, "");
        try (CaptionLesson lesson = CaptionLesson.of(
                checkpoint, LessonData.filesIn(data), LessonData.quick(1).build(), options)) {
            return lesson.evaluate().orElseThrow().value();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {BLIP, "git/base", "vision_encoder_decoder/vit_gpt2", "vision_encoder_decoder/vit_trocr"})
    void itLearnsToSayWhatItSaw(String golden) {
        Path checkpoint = LessonData.golden(golden);
        Path out = folder.resolve("out");
        LessonData.Heard heard = new LessonData.Heard(-1);
        FineTuning how = LessonData.quick(40).build();
        CaptionLesson.Options options = CaptionLesson.Options.defaults();
        TuningReport report = train(checkpoint, data(checkpoint), out, how, options, heard);
        assertThat(report.end()).isEqualTo(TuningReport.End.FINISHED);
        try (ImageCaptioner captioner = ImageCaptioner.load(out)) {
            List<String> captions = LessonData.captions();
            assertThat(caption(captioner, "photo.png")).isEqualTo(captions.get(0));
            assertThat(caption(captioner, "drawing.png")).isEqualTo(captions.get(1));
        }
        assertThat(heard.evaluations()).hasSize(1);
        TuningProgress.Evaluated last = heard.evaluations().get(0);
        assertThat(last.evaluation().metrics()).containsOnlyKeys("ciderD", "loss");
        assertThat(last.evaluation().value()).isCloseTo(10, within(1e-6));
        assertThat(loss(out, folder)).isCloseTo(last.evaluation().metrics().get("loss"), within(1e-5));
    }

    private String caption(ImageCaptioner captioner, String picture) {
        return captioner.caption(Image.fromFile(folder.resolve(picture))).text().strip();
    }

    @Test
    void theEmbeddedCaptionerGoesOnLearning() {
        Path out = folder.resolve("out");
        LessonData.files(LessonData.golden(BLIP), folder);
        FineTuning how = LessonData.quick(12)
                .frozen(List.of("hybrid_vit.*", "classifier.*"))
                .build();
        try (CaptionLesson lesson =
                CaptionLesson.ofEmbedded(LessonData.filesIn(folder), how, CaptionLesson.Options.defaults())) {
            double before = lesson.evaluate().orElseThrow().metrics().get("loss");
            TuningReport report = new FineTuner(lesson, how).run(out, TuningProgress.SILENT);
            assertThat(report.best().orElseThrow().evaluation().metrics().get("loss"))
                    .isLessThan(before / 2);
        }
        assertThat(loss(out, folder)).isLessThan(3);
        try (Checkpoint saved = Checkpoint.open(out);
                ImageCaptioner captioner = ImageCaptioner.load(out)) {
            assertThat(saved.names()).anyMatch(name -> name.startsWith("hybrid_vit.stem."));
            assertThat(captioner.options().beams()).isEqualTo(3);
        }
    }

    @Test
    void aFrozenTowerStaysAsItIs() {
        Path checkpoint = LessonData.golden(BLIP);
        Path out = folder.resolve("out");
        FineTuning how = LessonData.quick(2).frozen(List.of("vision_model.*")).build();
        train(checkpoint, data(checkpoint), out, how, CaptionLesson.Options.defaults(), TuningProgress.SILENT);
        try (Checkpoint before = Checkpoint.open(checkpoint);
                Checkpoint after = Checkpoint.open(out)) {
            assertThat(after.names()).containsAll(before.names());
            for (String name : before.names()) {
                boolean same = Arrays.equals(
                        before.tensor(name).floats(), after.tensor(name).floats());
                assertThat(same || !name.startsWith("vision_model.")).as(name).isTrue();
            }
            String word = "text_decoder.bert.embeddings.word_embeddings.weight";
            assertThat(after.tensor(word).floats())
                    .isNotEqualTo(before.tensor(word).floats());
        }
    }

    @Test
    void aStoppedTrainingGoesOnWithTheSameLosses() {
        Path checkpoint = LessonData.golden(BLIP);
        Path data = data(checkpoint);
        FineTuning how = LessonData.quick(8).build();
        CaptionLesson.Options options = CaptionLesson.Options.defaults();
        LessonData.Heard whole = new LessonData.Heard(-1);
        train(checkpoint, data, folder.resolve("whole"), how, options, whole);
        LessonData.Heard first = new LessonData.Heard(3);
        TuningReport stopped = train(checkpoint, data, folder.resolve("stopped"), how, options, first);
        assertThat(stopped.end()).isEqualTo(TuningReport.End.STOPPED);
        LessonData.Heard second = new LessonData.Heard(-1);
        train(checkpoint, data, folder.resolve("stopped"), how, options, second);
        List<Double> losses = new ArrayList<>(first.losses());
        losses.addAll(second.losses());
        assertThat(losses).hasSize(8).isEqualTo(whole.losses());
        assertThatThrownBy(() -> train(
                        checkpoint,
                        data,
                        folder.resolve("stopped"),
                        how,
                        options.withLora(LoraConfig.ofRank(2, "query")),
                        TuningProgress.SILENT))
                .hasMessageContaining("begun with other options");
    }

    @Test
    void anAdapterLearnsBesideTheModel() throws IOException {
        Path checkpoint = LessonData.golden(BLIP);
        Path out = folder.resolve("out");
        CaptionLesson.Options options =
                CaptionLesson.Options.defaults().withLora(LoraConfig.ofRank(4, LoraConfig.ALL_LINEAR));
        LessonData.Heard heard = new LessonData.Heard(-1);
        train(checkpoint, data(checkpoint), out, LessonData.quick(20).rate(1e-2).build(), options, heard);
        assertThat(heard.losses().get(19)).isLessThan(heard.losses().get(0) / 2);
        try (Stream<Path> files = Files.list(out)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .contains("adapter_config.json", "adapter_model.safetensors", "config.json", "tokenizer.json")
                    .doesNotContain("model.safetensors");
        }
        assertThat(Files.readString(out.resolve("README.md"))).contains("library_name: peft", "image-to-text");
    }

    @ParameterizedTest
    @CsvSource({
        "clip/quick_gelu, Model type 'clip' can't be fine-tuned for this.",
        "blip_vqa/base, Model type 'blip' can't be fine-tuned for this.",
        "coca/tasks, Model type 'coca' can't be fine-tuned for this."
    })
    void aModelThatWritesNoCaptionsIsRefused(String golden, String message) {
        CaptionedFiles files = LessonData.files(LessonData.golden(BLIP), folder);
        assertThatThrownBy(() -> CaptionLesson.of(
                        LessonData.golden(golden),
                        files,
                        LessonData.quick(1).build(),
                        CaptionLesson.Options.defaults()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(message, "BlipForConditionalGeneration");
    }

    @Test
    void aBrokenPictureIsNamedAndPassedOver() throws IOException {
        Path checkpoint = LessonData.golden(BLIP);
        LessonData.files(checkpoint, folder);
        Files.writeString(folder.resolve("photo.png"), "no picture");
        List<String> broken = new ArrayList<>();
        CaptionLesson.Options options = new CaptionLesson.Options(Measure.LOSS, Optional.empty(), broken::add, "");
        CaptionedFiles files = LessonData.filesIn(folder);
        try (CaptionLesson lesson =
                CaptionLesson.of(checkpoint, files, LessonData.quick(1).build(), options)) {
            assertThat(lesson.size()).isEqualTo(1);
            assertThat(lesson.measured()).isEqualTo(1);
        }
        assertThat(broken).hasSize(2).allMatch(file -> file.startsWith(folder.resolve("photo.png") + ": "));
        Files.delete(folder.resolve("drawing.png"));
        assertThatThrownBy(() ->
                        CaptionLesson.of(checkpoint, files, LessonData.quick(1).build(), options))
                .hasMessage("No picture to learn from could be read.");
    }
}
