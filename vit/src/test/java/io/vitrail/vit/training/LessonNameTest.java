package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.weights.JsonFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a tuned classifier calls the checkpoint that it began as. */
class LessonNameTest {
    private static final List<String> FILES = List.of("config.json", "model.safetensors", "preprocessor_config.json");

    @TempDir
    private Path folder;

    private LabelledPictures pictures;

    @BeforeEach
    void drawPictures() throws IOException {
        for (String label : List.of("a", "b")) {
            Path its = Files.createDirectories(folder.resolve("data").resolve(label));
            Files.write(its.resolve("1.png"), TestPictures.png(TestPictures.noise(20, 24, 1)));
        }
        pictures = LabelledPictures.in(folder.resolve("data"), 0, 1);
    }

    private static Path golden() throws URISyntaxException {
        return Path.of(
                LessonNameTest.class.getResource("/goldens/vit/classification").toURI());
    }

    private static ImageClassificationLesson.Options lora() {
        Optional<LoraConfig> lora = Optional.of(LoraConfig.ofRank(2, "query"));
        return new ImageClassificationLesson.Options(PictureVariation.defaults(), file -> {}, "", lora);
    }

    /** The folder with the lesson's files. */
    private Path saved(ImageClassificationLesson lesson) throws IOException {
        Path out = Files.createDirectories(folder.resolve("out"));
        lesson.save(out, new TuningReport(TuningReport.End.FINISHED, 1, Duration.ZERO, 1, Optional.empty(), Map.of()));
        return out;
    }

    private static String base(Path out) {
        return JsonFile.read(out.resolve("adapter/adapter_config.json"))
                .path("base_model_name_or_path")
                .asText();
    }

    @Test
    void aCheckpointOfTheHubHasItsNameThere() throws Exception {
        Path snapshot = Files.createDirectories(folder.resolve("models--some--vit/snapshots/0123abcd"));
        for (String file : FILES) {
            Files.copy(golden().resolve(file), snapshot.resolve(file));
        }
        FineTuning how = FineTuning.builder().build();
        try (ImageClassificationLesson lesson = ImageClassificationLesson.of(snapshot, pictures, how, lora())) {
            Path out = saved(lesson);
            assertThat(base(out)).isEqualTo("some/vit");
            assertThat(out.resolve("README.md"))
                    .content()
                    .contains("base_model: \"some/vit\"", "from some/vit on 2 pictures")
                    .doesNotContain("0123abcd");
        }
    }

    @Test
    void anotherCheckpointIsFoundByItsFolder() throws Exception {
        FineTuning how = FineTuning.builder().build();
        try (ImageClassificationLesson lesson = ImageClassificationLesson.of(golden(), pictures, how, lora())) {
            Path out = saved(lesson);
            assertThat(base(out)).isEqualTo(golden().toAbsolutePath().toString());
            assertThat(out.resolve("README.md"))
                    .content()
                    .contains("base_model: \"classification\"", "from classification on")
                    .doesNotContain(golden().toString());
        }
    }

    @Test
    void theEmbeddedModelIsNamedInWords() throws IOException {
        FineTuning how = FineTuning.builder().build();
        try (ImageClassificationLesson lesson =
                ImageClassificationLesson.ofEmbedded(pictures, how, ImageClassificationLesson.Options.defaults())) {
            assertThat(saved(lesson).resolve("README.md"))
                    .content()
                    .contains("from the embedded classifier on")
                    .doesNotContain("base_model");
        }
    }
}
