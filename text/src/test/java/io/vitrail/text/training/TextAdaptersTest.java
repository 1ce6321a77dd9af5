package io.vitrail.text.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.text.TextClassifier;
import io.vitrail.text.TextGenerator;
import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.training.FineTuner;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Span;
import io.vitrail.transformer.training.TuningProgress;
import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several adapters share one model of texts. */
class TextAdaptersTest {
    private static final Path BASE = Checkpoints.of("bert/classification");

    @TempDir
    private Path folder;

    /** An adapter that learned two classes of two texts. */
    private PeftAdapter adapter(String name, String ofGood, String ofBad) {
        List<LabelledTexts.Example> examples = List.of(
                new LabelledTexts.Example(TokenizerInput.of("a good day"), List.of(ofGood)),
                new LabelledTexts.Example(TokenizerInput.of("a bad cat"), List.of(ofBad)));
        List<String> labels = List.of(ofGood, ofBad).stream().sorted().toList();
        LabelledTexts texts = new LabelledTexts(labels, LabelledTexts.Kind.SINGLE_LABEL, examples, List.of());
        FineTuning how =
                FineTuning.builder().length(new Span.Steps(20)).rate(2e-2).build();
        TextLessonOptions options = TextLessonOptions.DEFAULT.withLora(LoraConfig.ofRank(2, "query", "value"));
        try (TextClassificationLesson lesson = TextClassificationLesson.open(BASE, texts, options, how)) {
            new FineTuner(lesson, how).run(folder.resolve(name), TuningProgress.SILENT);
        }
        return PeftAdapter.read(folder.resolve(name));
    }

    private static String best(TextClassifier classifier, String text) {
        return classifier.classify(text).best().label();
    }

    @Test
    void eachCallHasItsOwnInTurnsAndByThreads() {
        PeftAdapter first = adapter("first", "up", "down");
        PeftAdapter second = adapter("second", "left", "right");
        try (TextClassifier plain = TextClassifier.load(BASE);
                TextClassifier vertical = plain.with(first);
                TextClassifier level = plain.with(second)) {
            String before = best(plain, "a good day");
            IntStream.range(0, 40).parallel().forEach(i -> {
                assertThat(best(vertical, "a good day")).isEqualTo("up");
                assertThat(best(level, "a good day")).isEqualTo("left");
                assertThat(best(vertical, "a bad cat")).isEqualTo("down");
                assertThat(best(level, "a bad cat")).isEqualTo("right");
                assertThat(best(plain, "a good day")).isEqualTo(before);
            });
        }
    }

    @Test
    void anAdapterOfAnotherModelIsRefused() {
        PeftAdapter other = adapter("other", "up", "down");
        try (TextGenerator generator = TextGenerator.load(Checkpoints.of("gpt2/base"))) {
            assertThatThrownBy(() -> generator.with(other))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("which the model hasn't");
        }
    }
}
