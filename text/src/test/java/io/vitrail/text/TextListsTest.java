package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Offset.offset;

import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.text.tokenizer.template.ChatMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Several texts in one call: whatever batches they go in, each gets what it would get alone; and none of them may be
 * null.
 */
class TextListsTest {
    private static final List<String> TEXTS = IntStream.range(0, 21)
            .mapToObj(i -> "a cat " + "is ".repeat(5 * i % 7) + i)
            .toList();

    @TempDir
    private Path folder;

    private static GenerationOptions drawing(GenerationOptions options, int variants) {
        return options.toBuilder()
                .sample(true)
                .seed(3)
                .returnedSequences(variants)
                .maxNewTokens(8)
                .build();
    }

    private static List<List<String>> texts(List<List<GeneratedText>> variants) {
        return variants.stream()
                .map(texts -> texts.stream().map(GeneratedText::text).toList())
                .toList();
    }

    @Test
    void eachTextDrawsItsOwnNumbers() {
        List<String> same = Collections.nCopies(19, "a cat");
        try (TextGenerator own = TextGenerator.load(Goldens.task("stories"))) {
            for (int variants : new int[] {1, 3}) {
                TextGenerator generator = own.withOptions(drawing(own.options(), variants));
                List<List<String>> written = texts(generator.variants(same));
                assertThat(written).doesNotHaveDuplicates();
                assertThat(texts(generator.variants(same.subList(0, 9)))).isEqualTo(written.subList(0, 9));
            }
        }
    }

    @Test
    void drawsOfBeamsAreTheTextsOwn() {
        List<String> same = Collections.nCopies(17, "a cat");
        try (TextToText own = TextToText.load(Goldens.task("prefixes"))) {
            GenerationOptions options = drawing(own.options(), 1).toBuilder()
                    .beams(2)
                    .temperature(4)
                    .topK(0)
                    .build();
            List<List<String>> written = texts(own.withOptions(options).variants(same));
            assertThat(written.subList(0, 8)).isNotEqualTo(written.subList(8, 16));
            assertThat(texts(own.withOptions(options).variants(same.subList(0, 9))))
                    .isEqualTo(written.subList(0, 9));
        }
    }

    @Test
    void resultsComeInTheOrderOfTheTexts() {
        try (TextEmbedder embedder = TextEmbedder.load(Goldens.task("vectors"));
                TextToText writer = TextToText.load(Goldens.task("summaries"))) {
            List<float[]> alone =
                    TEXTS.stream().map(text -> embedder.embed(text).values()).toList();
            List<float[]> together = embedder.embed(TEXTS).stream()
                    .map(vector -> vector.values())
                    .toList();
            for (int i = 0; i < TEXTS.size(); i++) {
                assertThat(together.get(i)).containsExactly(alone.get(i), offset(1e-5f));
            }
            assertThat(writer.generate(TEXTS))
                    .extracting(GeneratedText::text)
                    .isEqualTo(TEXTS.stream()
                            .map(text -> writer.generate(text).text())
                            .toList());
        }
    }

    /** Llama's positions then depend on the length, which is the text's own. Neither model nor tokenizer say where texts end. */
    @Test
    void aLongTextChangesNoPositionOfAnother() throws IOException {
        Path model = Goldens.folder("llama/classification");
        Files.copy(model.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        String config = Files.readString(model.resolve("config.json"));
        Files.writeString(
                folder.resolve("config.json"),
                config.replace(
                        "\"rope_scaling\": null", "\"rope_scaling\": {\"rope_type\": \"dynamic\", \"factor\": 2.0}"));
        String words = IntStream.range(0, 40)
                .mapToObj(i -> "\"w" + i + "\": " + i)
                .collect(Collectors.joining(", ", "{", "}"));
        Files.writeString(
                folder.resolve("tokenizer.json"),
                "{\"version\": \"1.0\", \"added_tokens\": [], \"pre_tokenizer\": {\"type\": \"WhitespaceSplit\"}, \"model\":"
                        + " {\"type\": \"WordLevel\", \"unk_token\": \"w0\", \"vocab\": " + words + "}}");
        Files.writeString(
                folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}");
        String brief = "w7 w9 w12";
        String wordy = "w3 w5 w8 w6 ".repeat(9);
        try (TextClassifier classifier = TextClassifier.load(folder)) {
            assertThat(classifier.function()).isEqualTo(ScoreFunction.SOFTMAX);
            double alone = classifier.classify(brief).best().score();
            double beside = classifier
                    .classify(List.of(TokenizerInput.of(brief), TokenizerInput.of(wordy)))
                    .get(0)
                    .best()
                    .score();
            assertThat(beside).isCloseTo(alone, offset(1e-6));
        }
    }

    private static void assertNull(String argument, ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessage("'" + argument + "' is null.");
    }

    private static void assertNullWithin(String argument, ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessage("'" + argument + "' has null at index 1.");
    }

    @Test
    void writersNameWhatIsNull() {
        List<String> second = Arrays.asList("a", null);
        try (TextGenerator generator = TextGenerator.load(Goldens.task("chats"));
                TextToText writer = TextToText.load(Goldens.task("prefixes"))) {
            assertNull("prompt", () -> generator.generate((String) null));
            assertNull("prompt", () -> generator.generate(null, piece -> {}));
            assertNull("listener", () -> generator.generate("a", null));
            assertNull("prompts", () -> generator.generate((List<String>) null));
            assertNullWithin("prompts", () -> generator.generate(second));
            assertNull("messages", () -> generator.chat(null));
            assertNullWithin("messages", () -> generator.chat(Arrays.asList(ChatMessage.user("a"), null)));
            assertNull("text", () -> generator.conversation().say(null));
            assertNull("system", () -> generator.conversation(null));
            assertNull("text", () -> writer.generate((String) null));
            assertNullWithin("texts", () -> writer.variants(second));
            assertNull("prefix", () -> writer.withPrefix(null));
        }
    }

    @Test
    void readersNameWhatIsNull() {
        List<String> second = Arrays.asList("a", null);
        try (TextEmbedder embedder = TextEmbedder.load(Goldens.task("vectors"));
                TextClassifier classifier = TextClassifier.load(Goldens.task("moods"));
                TokenClassifier tagger = TokenClassifier.load(Goldens.task("bert_entities"));
                FillMask fillMask = FillMask.load(Goldens.task("bert_words"));
                QuestionAnswerer answerer = QuestionAnswerer.load(Goldens.task("bert_answers"))) {
            assertNull("text", () -> embedder.embed((String) null));
            assertNullWithin("texts", () -> embedder.embed(second));
            assertNull("text", () -> classifier.classify((String) null));
            assertNullWithin("texts", () -> classifier.classify(Arrays.asList(TokenizerInput.of("a"), null)));
            assertNull("text", () -> tagger.classify((String) null));
            assertNullWithin("texts", () -> tagger.classify(second));
            assertNull("text", () -> fillMask.fill((String) null));
            assertNullWithin("texts", () -> fillMask.fill(second));
            assertNull("question", () -> answerer.answer(null, "a"));
            assertNull("context", () -> answerer.answer("a", null));
        }
    }
}
