package io.vitrail.text.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.text.SoftPrompt;
import io.vitrail.text.TextGenerator;
import io.vitrail.text.training.LanguageLessonOptions.Rows;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.training.FineTuner;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Span;
import io.vitrail.transformer.training.TuningProgress;
import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A soft prompt that learns, and writes. */
class SoftPromptLessonTest {
    private static final Path GPT2 = Checkpoints.of("gpt2/base");
    private static final LanguageTexts TEXTS = new LanguageTexts(
            List.of(new LanguageTexts.Example("", "the dog is good"), new LanguageTexts.Example("", "the dog is in")),
            List.of(new LanguageTexts.Example("", "the dog is good")));

    @TempDir
    private Path folder;

    private void tune(int tokens, int epochs) {
        FineTuning how = FineTuning.builder()
                .length(new Span.Epochs(epochs))
                .batch(2)
                .rate(0.1)
                .kept(FineTuning.Kept.LAST)
                .build();
        LanguageLessonOptions options =
                LanguageLessonOptions.DEFAULT.with(Rows.PADDED).withPromptTokens(tokens);
        try (LanguageLesson lesson = LanguageLesson.open(GPT2, TEXTS, options, how)) {
            assertThat(lesson.weights()).containsOnlyKeys("prompt_embeddings");
            double before = lesson.evaluate().orElseThrow().value();
            new FineTuner(lesson, how).run(folder, TuningProgress.SILENT);
            assertThat(lesson.evaluate().orElseThrow().value()).isLessThan(before / 2);
        }
    }

    @Test
    void aLearnedPromptIsReadBeforeEachText() {
        tune(4, 60);
        assertThat(folder.resolve("model.safetensors")).doesNotExist();
        SoftPrompt prompt = SoftPrompt.read(folder);
        assertThat(prompt.tokens()).isEqualTo(4);
        assertThat(prompt.width()).isEqualTo(32);
        List<String> texts = List.of("the", "the dog is", "a");
        try (TextGenerator plain = TextGenerator.load(GPT2)) {
            TextGenerator few = plain.withOptions(
                    plain.options().toBuilder().maxNewTokens(6).build());
            List<String> before = written(few, texts);
            TextGenerator prompted = few.withPrompt(prompt);
            assertThat(written(prompted, texts)).isNotEqualTo(before);
            for (int i = 0; i < texts.size(); i++) { // unequal lengths change nothing
                assertThat(prompted.generate(texts.get(i)).text())
                        .isEqualTo(written(prompted, texts).get(i));
            }
            TextGenerator beams =
                    prompted.withOptions(prompted.options().toBuilder().beams(3).build());
            assertThat(written(beams, texts)).hasSize(3);
            assertThat(written(few, texts)).isEqualTo(before);
        }
    }

    private static List<String> written(TextGenerator generator, List<String> texts) {
        return generator.generate(texts).stream().map(text -> text.text()).toList();
    }

    @Test
    void anotherAdapterOrModelIsRefused() throws Exception {
        tune(2, 30);
        SoftPrompt prompt = SoftPrompt.read(folder);
        try (TextGenerator other = TextGenerator.load(
                Path.of(SoftPromptLessonTest.class.getResource("/tasks/tales").toURI()))) {
            assertThatThrownBy(() -> other.withPrompt(prompt)).hasMessageContaining("The soft prompt is 32 wide");
        }
        Path config = folder.resolve("adapter_config.json");
        Files.writeString(config, Files.readString(config).replace("PROMPT_TUNING", "PREFIX_TUNING"));
        assertThatThrownBy(() -> SoftPrompt.read(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("'PREFIX_TUNING', not PROMPT_TUNING");
    }

    @Test
    void modelsOfMaskedWordsAndRowsThatAreTooLongAreRefused() {
        FineTuning how = FineTuning.builder().build();
        LanguageLessonOptions prompt = LanguageLessonOptions.DEFAULT.withPromptTokens(3);
        assertThatThrownBy(() -> LanguageLesson.open(Checkpoints.of("bert/masked_lm"), TEXTS, prompt, how))
                .hasMessageContaining("A soft prompt is for models that continue texts");
        assertThatThrownBy(() -> LanguageLesson.open(GPT2, TEXTS, prompt.withPromptTokens(47), how))
                .hasMessageContaining("The model takes 48 tokens, too few behind a prompt of 47");
        assertThatThrownBy(() -> prompt.with(TextLessonOptions.DEFAULT.withLora(LoraConfig.ofRank(1, "c_attn"))))
                .hasMessageContaining("not both");
    }
}
