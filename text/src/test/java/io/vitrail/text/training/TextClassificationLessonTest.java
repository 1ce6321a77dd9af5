package io.vitrail.text.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.text.ScoreFunction;
import io.vitrail.text.TextClassification;
import io.vitrail.text.TextClassifier;
import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.training.Evaluation;
import io.vitrail.transformer.training.FineTuner;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.FineTuningBuilder;
import io.vitrail.transformer.training.Span;
import io.vitrail.transformer.training.TrainingHistory;
import io.vitrail.transformer.training.TuningProgress;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.weights.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A text model that learns classes. */
class TextClassificationLessonTest {
    private static final List<String> GOOD =
            List.of("a lovely day", "what a good game", "so good and lovely", "a good dog");
    private static final List<String> BAD = List.of("a terrible day", "bad game", "this is bad, terrible", "a bad cat");

    @TempDir
    private Path folder;

    private static LabelledTexts texts() {
        List<LabelledTexts.Example> examples = new ArrayList<>();
        for (String end : List.of("", " again", " today, they said", "!")) {
            GOOD.forEach(text -> examples.add(example(text + end, "good")));
            BAD.forEach(text -> examples.add(example(text + end, "bad")));
        }
        return new LabelledTexts(List.of("bad", "good"), LabelledTexts.Kind.SINGLE_LABEL, examples, examples);
    }

    private static LabelledTexts.Example example(String text, String... labels) {
        return new LabelledTexts.Example(TokenizerInput.of(text), List.of(labels));
    }

    private static FineTuningBuilder how() {
        return FineTuning.builder()
                .length(new Span.Epochs(8))
                .batch(5)
                .rate(4e-3)
                .seed(3);
    }

    private TuningReport tune(String checkpoint, LabelledTexts texts, TextLessonOptions options, FineTuning how) {
        try (TextClassificationLesson lesson =
                TextClassificationLesson.open(Checkpoints.of(checkpoint), texts, options, how)) {
            return new FineTuner(lesson, how).run(folder, TuningProgress.SILENT);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"bert/masked_lm", "distilbert/masked_lm", "roberta/masked_lm", "gpt2/base", "bert/classification"
            })
    void learnsASeparableTask(String checkpoint) {
        FineTuning how = how().length(new Span.Epochs(14)).build();
        Evaluation evaluation = tune(checkpoint, texts(), TextLessonOptions.DEFAULT, how)
                .best()
                .orElseThrow()
                .evaluation();
        assertThat(evaluation.metrics()).containsEntry("accuracy", 1.0).containsEntry("macroF1", 1.0);
        assertThat(evaluation.confusion().orElseThrow().counts()).isEqualTo(List.of(List.of(16, 0), List.of(0, 16)));
        try (TextClassifier classifier = TextClassifier.load(folder)) {
            assertThat(classifier.labels()).containsExactly("bad", "good");
            GOOD.forEach(
                    text -> assertThat(classifier.classify(text).best().label()).isEqualTo("good"));
            BAD.forEach(
                    text -> assertThat(classifier.classify(text).best().label()).isEqualTo("bad"));
        }
    }

    @Test
    void learnsAnyNumberOfClasses() {
        List<LabelledTexts.Example> examples = List.of(
                example("a good dog", "animal", "good"),
                example("a bad dog", "animal"),
                example("a good book", "good"),
                example("a bad book"));
        LabelledTexts texts =
                new LabelledTexts(List.of("animal", "good"), LabelledTexts.Kind.MULTI_LABEL, examples, examples);
        FineTuning how = how().length(new Span.Epochs(60)).batch(4).build();
        Evaluation evaluation = tune("roberta/masked_lm", texts, TextLessonOptions.DEFAULT, how)
                .best()
                .orElseThrow()
                .evaluation();
        assertThat(evaluation.metrics()).containsEntry("accuracy", 1.0).containsEntry("macroF1", 1.0);
        assertThat(evaluation.metric()).isEqualTo("macroF1");
        try (TextClassifier classifier = TextClassifier.load(folder)) {
            assertThat(classifier.function()).isEqualTo(ScoreFunction.SIGMOID);
            assertThat(classifier.classify("a good dog").labels()).allMatch(label -> label.score() > 0.5);
        }
    }

    @Test
    void theSavedModelScoresAsTheTrainedOneDid() {
        FineTuning how =
                how().length(new Span.Epochs(1)).kept(FineTuning.Kept.LAST).build();
        try (TextClassificationLesson lesson = TextClassificationLesson.open(
                Checkpoints.of("bert/masked_lm"), texts(), TextLessonOptions.DEFAULT, how)) {
            new FineTuner(lesson, how).run(folder, TuningProgress.SILENT);
            double loss = lesson.evaluate().orElseThrow().metrics().get("loss");
            try (TextClassificationLesson again =
                    TextClassificationLesson.open(folder, texts(), TextLessonOptions.DEFAULT, how)) {
                assertThat(again.evaluate().orElseThrow().metrics().get("loss")).isCloseTo(loss, within(1e-6));
            }
        }
        JsonNode config = JsonFile.read(folder.resolve("config.json"));
        assertThat(config.path("architectures").path(0).asText()).isEqualTo("BertForSequenceClassification");
        assertThat(config.path("id2label").path("1").asText()).isEqualTo("good");
        assertThat(config.path("label2id").path("good").asInt()).isEqualTo(1);
        assertThat(config.path("problem_type").asText()).isEqualTo("single_label_classification");
        assertThat(folder.resolve("tokenizer.json")).exists();
        assertThat(folder.resolve("README.md"))
                .content()
                .contains("text-classification", "macroF1", "texts of 2 classes");
    }

    @Test
    void keepsTheHeadOfACheckpointThatKnowsTheClasses() throws Exception {
        JsonNode names = JsonFile.read(Checkpoints.of("bert/classification").resolve("config.json"))
                .path("id2label");
        List<LabelledTexts.Example> examples = List.of(
                example("a dog", names.path("1").asText()),
                example("a cat", names.path("0").asText()));
        List<String> labels = Stream.of("0", "1")
                .map(each -> names.path(each).asText())
                .sorted()
                .toList();
        LabelledTexts texts = new LabelledTexts(labels, LabelledTexts.Kind.SINGLE_LABEL, examples, examples);
        try (TextClassificationLesson lesson = TextClassificationLesson.open(
                        Checkpoints.of("bert/classification"), texts, TextLessonOptions.DEFAULT, how().build());
                TextClassifier classifier = TextClassifier.load(Checkpoints.of("bert/classification"))) {
            assertThat(lesson.labels()).isEqualTo(classifier.labels());
            double right = classifier.classify("a dog").labels().stream()
                    .filter(label -> label.label().equals(names.path("1").asText()))
                    .findFirst()
                    .orElseThrow()
                    .score();
            double other = classifier.classify("a cat").labels().stream()
                    .filter(label -> label.label().equals(names.path("0").asText()))
                    .findFirst()
                    .orElseThrow()
                    .score();
            assertThat(lesson.evaluate().orElseThrow().metrics().get("loss"))
                    .isCloseTo(-(Math.log(right) + Math.log(other)) / 2, within(1e-5));
        }
    }

    @Test
    void resumedIsAsUninterrupted() throws Exception {
        FineTuning how = how().length(new Span.Steps(9)).build();
        LoraConfig lora = LoraConfig.ofRank(2, LoraConfig.ALL_LINEAR).withDropout(0.2);
        TextLessonOptions options = TextLessonOptions.DEFAULT.withLora(lora);
        tune("bert/masked_lm", texts(), options, how);
        List<Double> losses = losses();
        Files.delete(folder.resolve(FineTuner.STATE));
        Files.delete(folder.resolve(TrainingHistory.FILE));
        AtomicInteger steps = new AtomicInteger();
        TuningProgress interrupting = new TuningProgress() {
            @Override
            public boolean stopRequested() {
                return steps.incrementAndGet() == 4;
            }
        };
        for (TuningProgress progress : List.of(interrupting, TuningProgress.SILENT)) {
            try (TextClassificationLesson lesson =
                    TextClassificationLesson.open(Checkpoints.of("bert/masked_lm"), texts(), options, how)) {
                new FineTuner(lesson, how).run(folder, progress);
            }
        }
        assertThat(losses()).isEqualTo(losses).hasSize(9);
    }

    private List<Double> losses() {
        return TrainingHistory.read(folder.resolve(TrainingHistory.FILE)).steps().stream()
                .map(TrainingHistory.Step::loss)
                .toList();
    }

    @Test
    void aBatchHoldsTextsOfLikeLengthsAndEachTextOnceInAnEpoch() {
        FineTuning how = how().build();
        try (TextClassificationLesson lesson = TextClassificationLesson.open(
                        Checkpoints.of("bert/masked_lm"), texts(), TextLessonOptions.DEFAULT, how);
                NDManager manager = DjlEngine.newManager(Device.cpu())) {
            List<String> first = rows(lesson, 0, manager);
            assertThat(first).hasSize(32).doesNotHaveDuplicates();
            assertThat(rows(lesson, 0, manager)).isEqualTo(first);
            assertThat(rows(lesson, 1, manager)).isNotEqualTo(first).containsExactlyInAnyOrderElementsOf(first);
            assertThat(lesson.batches(0)).isEqualTo(7);
            assertThat(manager.getManagedArrays()).isEmpty();
        }
    }

    private static List<String> rows(TextClassificationLesson lesson, int epoch, NDManager manager) {
        List<String> rows = new ArrayList<>();
        for (Batch batch : lesson.epoch(epoch, 0, manager)) {
            try (batch) {
                long[] ids = batch.getData().get(0).toLongArray();
                long[] real = batch.getData().get(1).toLongArray();
                int width = ids.length / batch.getSize();
                for (int row = 0; row < batch.getSize(); row++) {
                    int start = row * width;
                    int seen = (int) LongStream.of(Arrays.copyOfRange(real, start, start + width))
                            .sum();
                    rows.add(Arrays.toString(Arrays.copyOfRange(ids, start, start + seen)));
                }
            }
        }
        return rows;
    }

    @Test
    void anAdapterWorksBesideTheModelAndMergedIntoIt() {
        LoraConfig lora = LoraConfig.ofRank(4, "query", "value");
        FineTuning how = how().rate(2e-2).build();
        TextLessonOptions options = TextLessonOptions.DEFAULT.withLora(lora);
        Evaluation evaluation = tune("bert/classification", texts(), options, how)
                .best()
                .orElseThrow()
                .evaluation();
        assertThat(evaluation.value()).isEqualTo(1);
        PeftAdapter adapter = PeftAdapter.read(folder);
        Path base = Checkpoints.of("bert/classification");
        try (TextClassifier plain = TextClassifier.load(base);
                TextClassifier merged =
                        TextClassifier.loadMerged(base, adapter, TextClassifier.Options.DEFAULT, Compute.DEFAULT)) {
            TextClassification before = plain.classify("a good day");
            try (TextClassifier adapted = plain.with(adapter)) {
                assertThat(adapted.labels()).containsExactly("bad", "good").isEqualTo(merged.labels());
                assertThat(adapted.classify("a good day").best().label()).isEqualTo("good");
                assertThat(adapted.classify("a good day").best().score())
                        .isCloseTo(merged.classify("a good day").best().score(), within(1e-5));
                assertThat(plain.classify("a good day")).isEqualTo(before);
            }
            assertThat(plain.classify("a good day")).isEqualTo(before);
        }
    }

    @Test
    void anAdapterBringsTheHeadToAModelWithoutOne() {
        FineTuning how = how().length(new Span.Epochs(14)).rate(1e-2).build();
        LoraConfig lora = LoraConfig.ofRank(4, LoraConfig.ALL_LINEAR);
        tune("bert/masked_lm", texts(), TextLessonOptions.DEFAULT.withLora(lora), how);
        try (TextClassifier classifier = TextClassifier.loadMerged(
                Checkpoints.of("bert/masked_lm"),
                PeftAdapter.read(folder),
                TextClassifier.Options.DEFAULT,
                Compute.DEFAULT)) {
            assertThat(classifier.classify("a good day").best().label()).isEqualTo("good");
            assertThat(classifier.classify("a bad day").best().label()).isEqualTo("bad");
        }
    }

    @Test
    void aModelThatCannotClassifyIsRefused() {
        assertThatThrownBy(() -> TextClassificationLesson.open(
                        Checkpoints.of("marian/model"), texts(), TextLessonOptions.DEFAULT, how().build()))
                .hasMessageContaining("marian")
                .hasMessageContaining("no class for");
    }
}
