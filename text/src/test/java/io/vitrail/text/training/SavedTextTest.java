package io.vitrail.text.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies beside the weights of a tuned text model, and what a training is known by. */
class SavedTextTest {
    private static final Path CLASSIFIER = Checkpoints.of("bert/classification");
    private static final Path GPT2 = Checkpoints.of("gpt2/base");
    private static final FineTuning HOW = FineTuning.builder().batch(2).build();
    private static final TuningReport REPORT =
            new TuningReport(TuningReport.End.FINISHED, 1, Duration.ZERO, 1, Optional.empty(), Map.of());

    @TempDir
    private Path folder;

    private static LabelledTexts.Example example(String text, String label) {
        return new LabelledTexts.Example(TokenizerInput.of(text), List.of(label));
    }

    private static LabelledTexts texts(String measured) {
        return new LabelledTexts(
                List.of("down", "up"),
                LabelledTexts.Kind.SINGLE_LABEL,
                List.of(example("a good day", "up"), example("a bad cat", "down")),
                List.of(example(measured, "up")));
    }

    private static TextClassificationLesson lesson(Path checkpoint, TextLessonOptions options) {
        return TextClassificationLesson.open(checkpoint, texts("a dog"), options, HOW);
    }

    private static TextLessonOptions lora() {
        return TextLessonOptions.DEFAULT.withLora(LoraConfig.ofRank(2, "query"));
    }

    private JsonNode adapterOf(Path checkpoint) {
        try (TextClassificationLesson lesson = lesson(checkpoint, lora())) {
            lesson.save(folder, REPORT);
        }
        return JsonFile.read(folder.resolve("adapter_config.json"));
    }

    /** The same checkpoint as the hub's cache has it. */
    private Path cached(Path checkpoint) throws IOException {
        Path snapshot = Files.createDirectories(folder.resolve("models--some--bert/snapshots/0123abcd"));
        try (Stream<Path> files = Files.list(checkpoint)) {
            for (Path file : files.toList()) {
                Files.copy(file, snapshot.resolve(file.getFileName()));
            }
        }
        return snapshot;
    }

    @Test
    void theTokenizersFilesAreTheSourcesAlone() throws IOException {
        for (String stale : List.of("tokenizer.json", "merges.txt", "generation_config.json", "notes.txt")) {
            Files.writeString(folder.resolve(stale), "of another model");
        }
        try (TextClassificationLesson lesson = lesson(CLASSIFIER, TextLessonOptions.DEFAULT)) {
            lesson.save(folder, REPORT);
        }
        assertThat(folder.resolve("tokenizer.json")).hasSameBinaryContentAs(CLASSIFIER.resolve("tokenizer.json"));
        assertThat(folder.resolve("merges.txt")).doesNotExist();
        assertThat(folder.resolve("generation_config.json")).doesNotExist();
        assertThat(folder.resolve("notes.txt")).hasContent("of another model");
    }

    @Test
    void whoFindsTheWeightsFindsTheRest() throws IOException {
        Files.createDirectories(folder.resolve("model.safetensors").resolve("within"));
        try (TextClassificationLesson lesson = lesson(CLASSIFIER, TextLessonOptions.DEFAULT)) {
            assertThatThrownBy(() -> lesson.save(folder, REPORT)).isInstanceOf(CheckpointException.class);
        }
        for (String before : List.of("config.json", "tokenizer.json", "README.md")) {
            assertThat(folder.resolve(before)).exists();
        }
    }

    @Test
    void aCheckpointOfTheHubHasItsNameThere() throws IOException {
        JsonNode adapter = adapterOf(cached(CLASSIFIER));
        assertThat(adapter.path("base_model_name_or_path").asText()).isEqualTo("some/bert");
        assertThat(folder.resolve("README.md"))
                .content()
                .contains("base_model: \"some/bert\"", "# some/bert, fine-tuned")
                .doesNotContain("0123abcd");
    }

    @Test
    void anotherCheckpointIsFoundByItsFolder() {
        JsonNode adapter = adapterOf(CLASSIFIER);
        assertThat(adapter.path("base_model_name_or_path").asText())
                .isEqualTo(CLASSIFIER.toAbsolutePath().toString());
        assertThat(folder.resolve("README.md")).content().contains("base_model: \"classification\"");
    }

    @Test
    void aPoolerIsLearnedWholeOnlyWhereTheCheckpointHasNone() {
        JsonNode adapter = adapterOf(CLASSIFIER);
        assertThat(adapter.path("modules_to_save")).extracting(JsonNode::asText).containsExactly("classifier");
        adapter = adapterOf(Checkpoints.of("bert/masked_lm"));
        assertThat(adapter.path("modules_to_save"))
                .extracting(JsonNode::asText)
                .containsExactly("classifier", "bert.pooler.dense");
    }

    @Test
    void trainingsThatAreMeasuredByOtherTextsAreOthers() {
        assertThat(fingerprint("a dog")).isEqualTo(fingerprint("a dog")).isNotEqualTo(fingerprint("a cat"));
        assertThat(languageFingerprint("a dog"))
                .isEqualTo(languageFingerprint("a dog"))
                .isNotEqualTo(languageFingerprint("a cat"));
    }

    private static String fingerprint(String measured) {
        try (TextClassificationLesson lesson =
                TextClassificationLesson.open(CLASSIFIER, texts(measured), TextLessonOptions.DEFAULT, HOW)) {
            return lesson.fingerprint();
        }
    }

    private static String languageFingerprint(String measured) {
        LanguageTexts texts = new LanguageTexts(
                List.of(new LanguageTexts.Example("", "the dog is good")),
                List.of(new LanguageTexts.Example("", measured)));
        try (LanguageLesson lesson = LanguageLesson.open(GPT2, texts, LanguageLessonOptions.DEFAULT, HOW)) {
            return lesson.fingerprint();
        }
    }

    @Test
    void settingsWithoutEffectAreRefused() {
        LabelledTexts several = new LabelledTexts(
                List.of("down", "up"),
                LabelledTexts.Kind.MULTI_LABEL,
                texts("a").training(),
                List.of());
        FineTuning smoothed = FineTuning.builder().labelSmoothing(0.1).build();
        assertThatThrownBy(
                        () -> TextClassificationLesson.open(CLASSIFIER, several, TextLessonOptions.DEFAULT, smoothed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Label smoothing is for texts with one class each");
        LanguageTexts texts = new LanguageTexts(List.of(new LanguageTexts.Example("", "the dog")), List.of());
        LanguageLessonOptions masked = new LanguageLessonOptions(
                TextLessonOptions.DEFAULT,
                LanguageLessonOptions.Rows.PADDED,
                LanguageLessonOptions.Learned.ALL,
                0.3,
                0);
        assertThatThrownBy(() -> LanguageLesson.open(GPT2, texts, masked, HOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'GPT2LMHeadModel' continues texts, so no words are masked");
    }
}
