package io.vitrail.fusion.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.fusion.training.CaptionLesson.Measure;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.training.Evaluation;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Lesson;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.weights.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a lesson's checkpoint is called, what a training is known by, and what a single picture is measured by. */
class SavedLessonTest {
    private static final Path BLIP = LessonData.golden("blip_caption/base");
    private static final Path CLIP = LessonData.golden("clip/quick_gelu");
    private static final LoraConfig LORA = LoraConfig.ofRank(2, LoraConfig.ALL_LINEAR);
    private static final FineTuning HOW = LessonData.quick(1).build();

    @TempDir
    private Path folder;

    private CaptionedFiles files;

    @BeforeEach
    void copyPictures() {
        files = LessonData.files(BLIP, folder);
    }

    /** The same checkpoint as the hub's cache has it. */
    private Path cached(Path checkpoint, String model) throws IOException {
        Path snapshot = Files.createDirectories(folder.resolve(model).resolve("snapshots/0123abcd"));
        try (Stream<Path> all = Files.list(checkpoint)) {
            for (Path file : all.toList()) {
                Files.copy(file, snapshot.resolve(file.getFileName()));
            }
        }
        return snapshot;
    }

    /** The folder with the lesson's files. */
    private Path saved(Lesson lesson) throws IOException {
        Path out = Files.createDirectories(folder.resolve("out"));
        lesson.save(out, new TuningReport(TuningReport.End.FINISHED, 1, Duration.ZERO, 1, Optional.empty(), Map.of()));
        return out;
    }

    private static String base(Path out) {
        return JsonFile.read(out.resolve("adapter_config.json"))
                .path("base_model_name_or_path")
                .asText();
    }

    @Test
    void aCheckpointOfTheHubHasItsNameThere() throws IOException {
        try (CaptionLesson lesson = CaptionLesson.of(
                cached(BLIP, "models--some--blip"),
                files,
                HOW,
                CaptionLesson.Options.defaults().withLora(LORA))) {
            Path out = saved(lesson);
            assertThat(base(out)).isEqualTo("some/blip");
            assertThat(out.resolve("README.md"))
                    .content()
                    .contains("base_model: \"some/blip\"", "# some/blip, fine-tuned")
                    .doesNotContain("0123abcd");
        }
        try (ContrastiveLesson lesson = ContrastiveLesson.of(
                cached(CLIP, "models--clip"),
                files,
                HOW,
                ContrastiveLesson.Options.defaults().withLora(LORA))) {
            Path out = saved(lesson);
            assertThat(base(out)).isEqualTo("clip");
            assertThat(out.resolve("README.md")).content().contains("base_model: \"clip\"");
        }
    }

    @Test
    void anotherCheckpointIsFoundByItsFolder() throws IOException {
        try (CaptionLesson lesson = CaptionLesson.of(
                BLIP, files, HOW, CaptionLesson.Options.defaults().withLora(LORA))) {
            Path out = saved(lesson);
            assertThat(base(out)).isEqualTo(BLIP.toAbsolutePath().toString());
            assertThat(out.resolve("README.md")).content().contains("base_model: \"base\"");
        }
    }

    private static CaptionLesson measuredBy(Measure measure, CaptionedFiles files) {
        return CaptionLesson.of(BLIP, files, HOW, new CaptionLesson.Options(measure, Optional.empty(), file -> {}, ""));
    }

    @Test
    void trainingsThatAreMeasuredOtherwiseAreOthers() {
        try (CaptionLesson one = measuredBy(Measure.CIDER_D, files);
                CaptionLesson same = measuredBy(Measure.CIDER_D, files);
                CaptionLesson other = measuredBy(Measure.LOSS, files)) {
            assertThat(one.fingerprint()).isEqualTo(same.fingerprint()).isNotEqualTo(other.fingerprint());
        }
    }

    @Test
    void aSinglePictureIsMeasuredByItsLoss() {
        List<CaptionedFiles.Captioned> one = files.evaluation().subList(0, 1);
        try (CaptionLesson lesson = measuredBy(Measure.CIDER_D, new CaptionedFiles(files.training(), one))) {
            Evaluation evaluation = lesson.evaluate().orElseThrow();
            assertThat(evaluation.metric()).isEqualTo("loss");
            assertThat(evaluation.goal()).isEqualTo(Evaluation.Goal.LESS);
        }
    }
}
