package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.training.FineTuner;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Span;
import io.vitrail.transformer.training.TuningProgress;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a lesson refuses, what it leaves behind when it fails, and which training it belongs to. */
class LessonFailuresTest {
    private static final FineTuning HOW =
            FineTuning.builder().batch(4).length(new Span.Steps(1)).build();

    @TempDir
    private Path folder;

    private Path data;

    @BeforeEach
    void drawPictures() throws IOException {
        data = folder.resolve("data");
        draw(data, "a", "b", "c");
    }

    private static void draw(Path data, String... labels) throws IOException {
        for (String label : labels) {
            for (int i = 0; i < 3; i++) {
                Path its = Files.createDirectories(data.resolve(label));
                Files.write(its.resolve(i + ".png"), TestPictures.png(TestPictures.noise(20, 24, i)));
            }
        }
    }

    private static ImageClassificationLesson lesson(Path data, Optional<LoraConfig> lora) {
        try {
            Path checkpoint = Path.of(LessonFailuresTest.class
                    .getResource("/goldens/vit/classification")
                    .toURI());
            return ImageClassificationLesson.of(
                    checkpoint,
                    LabelledPictures.in(data, 0.4, 1),
                    HOW,
                    new ImageClassificationLesson.Options(PictureVariation.defaults(), file -> {}, "", lora));
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static String fingerprint(Path data) {
        try (ImageClassificationLesson lesson = lesson(data, Optional.empty())) {
            return lesson.fingerprint();
        }
    }

    @Test
    void aClassWithoutAReadablePictureIsRefused() throws IOException {
        for (int i = 0; i < 3; i++) {
            Files.writeString(data.resolve("b/" + i + ".png"), "none");
        }
        assertThatThrownBy(() -> lesson(data, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("No picture of these classes could be read: [b].");
    }

    @Test
    void picturesThatWereMovedAreTheSameTraining() throws IOException {
        Path moved = folder.resolve("else").resolve("where");
        draw(moved, "a", "b", "c");
        assertThat(fingerprint(moved)).isEqualTo(fingerprint(data));
        Files.move(moved.resolve("a/1.png"), moved.resolve("a/7.png"));
        assertThat(fingerprint(moved)).isNotEqualTo(fingerprint(data));
    }

    @Test
    void weightsWithoutTheirChangesDoNotStayWhereMergingFails() throws IOException {
        Path out = folder.resolve("out");
        Files.createDirectories(out.resolve("model.safetensors").resolve("within"));
        try (ImageClassificationLesson lesson = lesson(data, Optional.of(LoraConfig.ofRank(2, "query")))) {
            assertThatThrownBy(() -> new FineTuner(lesson, HOW).run(out, TuningProgress.SILENT))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("model.safetensors");
        }
        assertThat(List.of(out.resolve("adapter").toFile().list()))
                .containsExactlyInAnyOrder("adapter_config.json", "adapter_model.safetensors");
    }
}
