package io.vitrail.text.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import io.vitrail.text.TextGenerator;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.text.training.LanguageLessonOptions.Learned;
import io.vitrail.text.training.LanguageLessonOptions.Rows;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.training.Evaluation;
import io.vitrail.transformer.training.FineTuner;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.FineTuningBuilder;
import io.vitrail.transformer.training.Span;
import io.vitrail.transformer.training.TuningProgress;
import io.vitrail.transformer.weights.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A language model that goes on learning. */
class LanguageLessonTest {
    private static final Path GPT2 = Checkpoints.of("gpt2/base");
    private static final Path BERT = Checkpoints.of("bert/masked_lm");

    @TempDir
    private Path folder;

    private static FineTuningBuilder how() {
        return FineTuning.builder()
                .length(new Span.Epochs(12))
                .batch(4)
                .rate(1e-2)
                .seed(3);
    }

    private static LanguageTexts texts() {
        List<LanguageTexts.Example> all = IntStream.range(0, 16)
                .mapToObj(
                        i -> new LanguageTexts.Example("the dog ", i % 2 == 0 ? "is in the house" : "is in the house."))
                .toList();
        return new LanguageTexts(all, all);
    }

    private static LanguageLessonOptions rows(Rows rows, Learned learned, int maxTokens) {
        return LanguageLessonOptions.DEFAULT
                .with(rows)
                .with(learned)
                .with(TextLessonOptions.DEFAULT.withMaxTokens(maxTokens));
    }

    private Evaluation tune(Path checkpoint, LanguageTexts texts, LanguageLessonOptions options, FineTuning how) {
        try (LanguageLesson lesson = LanguageLesson.open(checkpoint, texts, options, how)) {
            double before = lesson.evaluate().orElseThrow().value();
            new FineTuner(lesson, how).run(folder, TuningProgress.SILENT);
            Evaluation after = lesson.evaluate().orElseThrow();
            assertThat(after.metric()).isEqualTo("perplexity");
            assertThat(after.value()).isLessThan(before / 10);
            assertThat(after.value()).isCloseTo(Math.exp(after.metrics().get("loss")), within(1e-9));
            return after;
        }
    }

    @Test
    void aModelThatContinuesTextsLearnsThem() {
        LanguageLessonOptions options = rows(Rows.PADDED, Learned.ALL, 40);
        tune(GPT2, texts(), options, how().kept(FineTuning.Kept.LAST).build());
        try (TextGenerator generator = TextGenerator.load(folder)) {
            assertThat(generator.generate("the dog is in the").text()).startsWith(" house");
        }
    }

    @Test
    void aModelThatFillsInMaskedWordsLearnsTexts() {
        LanguageLessonOptions options = rows(Rows.PADDED, Learned.ALL, 40);
        tune(BERT, texts(), options, how().length(new Span.Epochs(30)).build());
        try (Checkpoint saved = Checkpoint.open(folder)) {
            assertThat(saved.config().path("architectures").path(0).asText()).isEqualTo("BertForMaskedLM");
        }
    }

    @Test
    void anAdapterWritesBesideTheModelAndMergedIntoIt() {
        LanguageLessonOptions options = rows(Rows.PADDED, Learned.ALL, 40)
                .with(TextLessonOptions.DEFAULT.withLora(LoraConfig.ofRank(8, LoraConfig.ALL_LINEAR)));
        tune(
                GPT2,
                texts(),
                options,
                how().rate(3e-2).length(new Span.Epochs(20)).build());
        PeftAdapter adapter = PeftAdapter.read(folder);
        try (TextGenerator plain = TextGenerator.load(GPT2);
                TextGenerator merged = TextGenerator.loadMerged(GPT2, adapter, Compute.DEFAULT)) {
            String before = plain.generate("the dog is in the").text();
            String learned = merged.generate("the dog is in the").text();
            assertThat(learned).startsWith(" house").isNotEqualTo(before);
            try (TextGenerator adapted = plain.with(adapter)) {
                assertThat(adapted.generate("the dog is in the").text()).isEqualTo(learned);
                assertThat(plain.generate("the dog is in the").text()).isEqualTo(before);
            }
        }
    }

    /** The ids and the labels of all rows of an epoch, padding left out of the ids. */
    private static List<List<String>> shown(
            Path checkpoint, LanguageTexts texts, LanguageLessonOptions options, int epoch) {
        List<List<String>> rows = new ArrayList<>();
        try (LanguageLesson lesson = LanguageLesson.open(checkpoint, texts, options, how().build());
                Tokenizer tokenizer = Tokenizer.load(checkpoint);
                NDManager manager = DjlEngine.newManager(Device.cpu())) {
            for (Batch batch : lesson.epoch(epoch, 0, manager)) {
                try (batch) {
                    long[] ids = batch.getData().get(0).toLongArray();
                    long[] real = batch.getData().get(1).toLongArray();
                    long[] labels = batch.getLabels().get(0).toLongArray();
                    int width = ids.length / batch.getSize();
                    for (int start = 0; start < ids.length; start += width) {
                        int end = start
                                + (int) LongStream.of(real)
                                        .skip(start)
                                        .limit(width)
                                        .sum();
                        String seen = String.join("", tokenizer.tokens(Arrays.copyOfRange(ids, start, end)));
                        long[] told = LongStream.of(labels)
                                .skip(start)
                                .limit(width)
                                .filter(id -> id >= 0)
                                .toArray();
                        rows.add(List.of(seen, String.join("", tokenizer.tokens(told))));
                    }
                    assertThat(lesson.weight(batch)).isPositive();
                }
            }
        }
        return rows;
    }

    private static LanguageTexts single(String prompt, String completion) {
        return new LanguageTexts(List.of(new LanguageTexts.Example(prompt, completion)), List.of());
    }

    @Test
    void completionsAloneCanBeLearnedAndTheEndWithThem() {
        LanguageTexts texts = single("the dog", " is good");
        String all = "theĠdogĠisĠgood<|endoftext|>";
        List<String> learned = shown(GPT2, texts, rows(Rows.PADDED, Learned.COMPLETIONS, 40), 0)
                .get(0);
        assertThat(learned.get(0)).isEqualTo(all);
        assertThat(learned.get(1)).isEqualTo("ĠisĠgood<|endoftext|>");
        assertThat(shown(GPT2, texts, rows(Rows.PADDED, Learned.ALL, 40), 0).get(0))
                .containsExactly(all, all);
    }

    @Test
    void packedTextsAreJoinedAndCut() {
        LanguageTexts texts = new LanguageTexts(
                List.of(
                        new LanguageTexts.Example("", "the dog is good"),
                        new LanguageTexts.Example("", "the cat is bad")),
                List.of());
        List<String> packed = shown(GPT2, texts, rows(Rows.PACKED, Learned.ALL, 5), 0).stream()
                .map(row -> row.get(0))
                .toList();
        List<String> padded = shown(GPT2, texts, rows(Rows.PADDED, Learned.ALL, 40), 0).stream()
                .map(row -> row.get(0))
                .toList();
        assertThat(padded).containsExactlyInAnyOrder("theĠdogĠisĠgood<|endoftext|>", "theĠcatĠisĠbad<|endoftext|>");
        assertThat(packed).hasSizeGreaterThan(1);
        assertThat(String.join("", padded))
                .hasSizeGreaterThanOrEqualTo(String.join("", packed).length());
    }

    @Test
    void otherWordsAreMaskedInEachEpoch() {
        LanguageTexts texts = single("", "the dog is in the house and the cat is on the street");
        LanguageLessonOptions options = rows(Rows.PADDED, Learned.ALL, 40);
        List<List<String>> first = shown(BERT, texts, options, 0);
        assertThat(first.get(0).get(1)).isNotEmpty().doesNotContain("[");
        assertThat(shown(BERT, texts, options, 0)).isEqualTo(first);
        assertThat(shown(BERT, texts, options, 1)).isNotEqualTo(first);
    }

    @Test
    void textsComeFromPlainFilesAndRecords() throws IOException {
        Path plain = Files.writeString(folder.resolve("a.txt"), "one\ntwo\nthree\nfour\n");
        LanguageTexts divided = LanguageTexts.read(plain, 0.3, 1);
        assertThat(divided.training().get(0).completion()
                        + divided.evaluation().get(0).completion())
                .isEqualTo("one\ntwo\nthree\nfour\n");
        Path records = Files.writeString(
                folder.resolve("a.jsonl"), "{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"text\": \"c\"}\n");
        assertThat(LanguageTexts.read(records, 0, 1).training())
                .containsExactlyInAnyOrder(new LanguageTexts.Example("a", "b"), new LanguageTexts.Example("", "c"));
        Path wrong = Files.writeString(folder.resolve("b.jsonl"), "{\"text\": \"c\"}\n{\"prompt\": \"a\"}\n");
        assertThatThrownBy(() -> LanguageTexts.read(wrong, 0, 1))
                .hasMessageContaining("There is no 'text'")
                .hasMessageContaining(wrong + ", line 2");
        assertThat(LanguageTexts.read(records, 0.9, 1).training()).hasSize(1);
        Path empty = Files.writeString(folder.resolve("c.txt"), " \n");
        assertThatThrownBy(() -> LanguageTexts.read(empty, 0, 1)).hasMessageContaining("is empty");
    }

    @Test
    void aModelOfAnotherKindIsRefused() {
        assertThatThrownBy(() -> LanguageLesson.open(
                        Checkpoints.of("bert/classification"), texts(), LanguageLessonOptions.DEFAULT, how().build()))
                .hasMessageContaining("'BertForSequenceClassification' is no language model");
    }
}
