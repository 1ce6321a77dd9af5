package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.transformer.CallException;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Task objects are shared by threads, end calls as they are told to, and say what is wrong with what they are given. */
@Timeout(300)
class SharedTasksTest {
    private static final List<String> TEXTS = IntStream.range(0, 20)
            .mapToObj(i -> "the cat " + "is on the table ".repeat(1 + i % 4) + i)
            .toList();

    @TempDir
    private Path folder;

    private Path copy(String task) throws IOException {
        try (var files = Files.list(Goldens.task(task))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName().toString()));
            }
        }
        return folder;
    }

    @Test
    void manyThreadsGetTheirOwnAnswersAloneAndTogether() throws Exception {
        try (TextEmbedder embedder = TextEmbedder.load(Goldens.task("vectors"));
                TextClassifier classifier = TextClassifier.load(Goldens.task("moods"))) {
            List<Embedding> vectors = TEXTS.stream().map(embedder::embed).toList();
            List<TextClassification> classes =
                    TEXTS.stream().map(classifier::classify).toList();
            assertAlike(embedder.embed(TEXTS), vectors);
            TextEmbedder sharing = embedder.batching(8, Duration.ofMillis(1));
            TextClassifier classifying = classifier.batching(8, Duration.ofMillis(1));
            ExecutorService threads = Executors.newFixedThreadPool(20);
            try {
                List<Callable<Void>> calls = new ArrayList<>();
                for (int i = 0; i < TEXTS.size(); i++) {
                    int own = i;
                    calls.add(() -> {
                        assertAlike(List.of(sharing.embed(TEXTS.get(own))), List.of(vectors.get(own)));
                        assertThat(classifying.classify(TEXTS.get(own)).best().score())
                                .isCloseTo(classes.get(own).best().score(), within(1e-5));
                        return null;
                    });
                }
                for (Future<Void> call : threads.invokeAll(calls)) {
                    call.get();
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    private static void assertAlike(List<Embedding> actual, List<Embedding> expected) {
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).values()).containsExactly(expected.get(i).values(), within(1e-5f));
        }
    }

    @Test
    void callsEndWhenTheirTimeIsOverOrTheModelIsClosed() throws InterruptedException {
        TextEmbedder embedder = TextEmbedder.load(Goldens.task("vectors"));
        assertThatIllegalArgumentException().isThrownBy(() -> embedder.withDeadline(Duration.ZERO));
        embedder.close();
        assertThatThrownBy(() -> embedder.embed("a cat")).isInstanceOf(IllegalStateException.class);
        try (FillMask fillMask = FillMask.load(Goldens.task("bert_words"))) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> fillMask.fill("a [MASK]")).isInstanceOf(CallException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void vectorsHaveLengthOne() {
        try (TextEmbedder embedder = TextEmbedder.load(Goldens.task("vectors"))) {
            Embedding vector = embedder.embed("a cat");
            assertThat(vector.cosine(vector)).isCloseTo(1, within(1e-6));
            assertThat(vector.values()).containsExactly(vector.normalized().values(), within(1e-6f));
        }
    }

    @Test
    void thePoolingOfSentenceTransformersIsUsed() throws IOException {
        Path model = copy("vectors");
        Files.createDirectory(model.resolve("1_Pooling"));
        Files.writeString(
                model.resolve("1_Pooling/config.json"),
                "{\"word_embedding_dimension\": 24, \"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\":"
                        + " false}");
        Files.writeString(
                model.resolve("modules.json"),
                "[{\"type\": \"sentence_transformers.models.Transformer\"}, {\"type\":"
                        + " \"sentence_transformers.models.Pooling\"}]");
        Files.writeString(
                model.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 6, \"do_lower_case\": true}");
        TextEmbedder.Options first = new TextEmbedder.Options(Optional.of(TextPooling.FIRST), TextEmbedder.Length.UNIT);
        try (TextEmbedder embedder = TextEmbedder.load(model);
                TextEmbedder expected = TextEmbedder.load(Goldens.task("vectors"), first, Compute.DEFAULT)) {
            assertAlike(List.of(embedder.embed("The CAT is red and blue")), List.of(expected.embed("the cat is red")));
        }
        Files.writeString(
                model.resolve("1_Pooling/config.json"),
                "{\"pooling_mode_lasttoken\": true, \"pooling_mode_mean_tokens\": true}");
        assertThatThrownBy(() -> TextEmbedder.load(model))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(
                        "The pooling [pooling_mode_lasttoken, pooling_mode_mean_tokens] isn't supported");
        TextEmbedder.load(model, first, Compute.DEFAULT).close();
        Files.writeString(model.resolve("modules.json"), "[{\"type\": \"sentence_transformers.models.Dense\"}]");
        assertThatThrownBy(() -> TextEmbedder.load(model))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The module 'sentence_transformers.models.Dense' isn't supported;");
    }

    @Test
    void aTaskNeedsItsHead() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TextClassifier.load(Goldens.task("bert_words")))
                .withMessage(String.format(
                        "This checkpoint is of BertForMaskedLM, which has no head for SEQUENCE_CLASSIFICATION.%n"
                                + "  try:  one whose class ends in ForSequenceClassification."));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TextEmbedder.load(
                        Goldens.task("bert_words"),
                        new TextEmbedder.Options(Optional.of(TextPooling.POOLED), TextEmbedder.Length.UNIT),
                        Compute.DEFAULT))
                .withMessageStartingWith("This checkpoint has no pooler.");
    }

    @Test
    void textsThatAreTooLongAreRefusedOrCut() {
        String text = "cat ".repeat(200);
        TextClassifier.Options cut = new TextClassifier.Options(Optional.empty(), TextClassifier.LongTexts.CUT);
        try (TextClassifier refusing = TextClassifier.load(Goldens.task("moods"));
                TextClassifier cutting = TextClassifier.load(Goldens.task("moods"), cut, Compute.DEFAULT)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> refusing.classify(text))
                    .withMessageContaining("tokens, special ones included; the model takes at most 40.");
            assertThat(cutting.classify(text).labels()).hasSize(3);
        }
    }

    @Test
    void whatCantBeAskedIsRefused() {
        try (FillMask fillMask = FillMask.load(Goldens.task("bert_words"))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> fillMask.fill("no mask here"))
                    .withMessage("A text has no mask; write it as '[MASK]'.");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FillMask.Options(0, List.of()))
                .withMessage("At least 1 guess must be asked for, not 0.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenClassifier.Options.DEFAULT.withStride(3))
                .withMessageStartingWith("Tokens of overlapping parts of a text can't be told apart.");
        QuestionAnswerer.Options options = QuestionAnswerer.Options.DEFAULT;
        QuestionAnswerer.Options long500 = new QuestionAnswerer.Options(
                1, 15, OptionalInt.of(500), OptionalInt.empty(), options.impossible(), options.borders());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QuestionAnswerer.load(Goldens.task("bert_answers"), long500, Compute.DEFAULT))
                .withMessage("Rows of 500 tokens are longer than the 40 that the model takes.");
        try (QuestionAnswerer answerer = QuestionAnswerer.load(Goldens.task("bert_answers"))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> answerer.answer(" ", "a cat"))
                    .withMessage("The question is empty.");
            assertThatIllegalArgumentException().isThrownBy(() -> answerer.answer("cat ".repeat(60), "a cat"));
        }
    }

    @Test
    void textThatIsNoUnicodeIsRefused() {
        try (TextClassifier classifier = TextClassifier.load(Goldens.task("moods"))) {
            assertThatIllegalArgumentException().isThrownBy(() -> classifier.classify("half a pair: \uD83D"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> classifier.classify(List.of(TokenizerInput.pair("a cat", "\uDC00"))));
            assertThat(classifier.classify("").labels()).hasSize(3);
        }
    }
}
