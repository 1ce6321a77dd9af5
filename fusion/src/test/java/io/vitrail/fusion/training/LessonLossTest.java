package io.vitrail.fusion.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.fusion.training.CaptionLesson.Measure;
import io.vitrail.transformer.training.Evaluation;
import io.vitrail.transformer.training.Lesson;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses are the reference's; lessons.py beside losses.json says how those were recorded. */
class LessonLossTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "blip_caption/base, 0, blip_caption/base",
        "blip_caption/base, 0.1, blip_caption/base smoothed",
        "git/base, 0, git/base",
        "vision_encoder_decoder/vit_gpt2, 0, vision_encoder_decoder/vit_gpt2",
        "vision_encoder_decoder/vit_trocr, 0, vision_encoder_decoder/vit_trocr"
    })
    void captionsAreLearnedByTheReferencesLoss(String golden, double smoothing, String recorded) {
        Path checkpoint = LessonData.golden(golden);
        CaptionLesson.Options options = new CaptionLesson.Options(
                Measure.LOSS, Optional.empty(), file -> assertThat(file).isEmpty(), "");
        try (Lesson lesson = CaptionLesson.of(
                checkpoint,
                LessonData.files(checkpoint, folder),
                LessonData.quick(1).labelSmoothing(smoothing).build(),
                options)) {
            Evaluation evaluation = lesson.evaluate().orElseThrow();
            assertThat(evaluation.metrics()).containsOnlyKeys("loss");
            assertThat(evaluation.goal()).isEqualTo(Evaluation.Goal.LESS);
            assertThat(evaluation.value()).isCloseTo(recordedLoss(recorded), within(1e-4));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip/quick_gelu", "siglip/base"})
    void pairsAreLearnedByTheReferencesLoss(String golden) {
        Path checkpoint = LessonData.golden(golden);
        try (Lesson lesson = ContrastiveLesson.of(
                checkpoint,
                LessonData.files(checkpoint, folder),
                LessonData.quick(1).build(),
                ContrastiveLesson.Options.defaults())) {
            Evaluation evaluation = lesson.evaluate().orElseThrow();
            assertThat(evaluation.metrics()).containsOnlyKeys("recall@1", "imageToText@1", "textToImage@1", "loss");
            assertThat(evaluation.metrics().get("loss")).isCloseTo(recordedLoss(golden), within(1e-4));
            assertThat(lesson.accuracy(null, null)).isEqualTo(OptionalDouble.empty());
        }
    }

    private static double recordedLoss(String name) {
        return LessonData.recorded().path("losses").path(name).asDouble();
    }
}
