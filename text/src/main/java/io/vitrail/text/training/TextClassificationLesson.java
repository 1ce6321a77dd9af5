package io.vitrail.text.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.TextEncoder;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextTask;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.training.BinaryCrossEntropy;
import io.vitrail.transformer.training.CrossEntropy;
import io.vitrail.transformer.training.Evaluation;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Lesson;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.Labels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Has a text model learn classes: any encoder or decoder that has a class {@code …ForSequenceClassification} in transformers.
 * If the checkpoint's head knows all classes of the texts, it goes on learning; otherwise a new one begins. Texts that are too
 * long are cut. The loss is cross-entropy, or binary cross-entropy where texts have any number of classes.
 */
public final class TextClassificationLesson implements Lesson {
    private final LabelledTexts texts;
    private final TunedText tuned;
    private final TextEncoder model;
    private final FineTuning how;
    private final String command;
    private final TokenBatches training;
    private final TokenBatches evaluation;
    private final String fingerprint;

    /** Tokens of a text, which segment each is of, and the numbers of its classes. */
    private record Row(long[] ids, long[] segments, int[] classes) {}

    /**
     * Loads the model and reads all texts into tokens.
     *
     * @param checkpoint its folder
     * @param how batch, label smoothing and seed
     * @throws io.vitrail.transformer.weights.CheckpointException if the checkpoint's files are damaged
     * @throws IllegalArgumentException if the model can't classify texts, a text has no tokens, or the labels of texts with
     *     any number of classes are to be smoothed
     */
    public static TextClassificationLesson open(
            Path checkpoint, LabelledTexts texts, TextLessonOptions options, FineTuning how) {
        Check.that(
                texts.kind() == LabelledTexts.Kind.SINGLE_LABEL
                        || how.optimization().labelSmoothing() == 0,
                "Label smoothing is for texts with one class each; these have any number.%n"
                        + "  try:  a label smoothing of 0.");
        try (Checkpoint files = Checkpoint.open(checkpoint)) {
            List<String> known = labels(files);
            boolean kept = known.containsAll(texts.labels());
            TunedText.Head head = kept ? TunedText.Head.KEPT : TunedText.Head.NEW;
            ObjectNode config = ClassifierConfig.of(files, texts.kind(), kept ? known : texts.labels());
            TunedText tuned = TunedText.open(
                    files,
                    new TunedText.Plan(config, TextTask.SEQUENCE_CLASSIFICATION, head, options.lora(), 0, how.seed()));
            try {
                return new TextClassificationLesson(texts, tuned, options, how);
            } catch (RuntimeException | Error e) {
                tuned.close();
                throw e;
            }
        }
    }

    /** The classes of the checkpoint's head; none if it has no such head. */
    private static List<String> labels(Checkpoint checkpoint) {
        ConfigJson config = ConfigJson.of(checkpoint);
        boolean classifies =
                config.has("architectures") && TextModels.task(checkpoint) == TextTask.SEQUENCE_CLASSIFICATION;
        return classifies ? Labels.of(config) : List.of();
    }

    private TextClassificationLesson(LabelledTexts texts, TunedText tuned, TextLessonOptions options, FineTuning how) {
        this.texts = texts;
        this.tuned = tuned;
        this.how = how;
        command = options.command();
        model = (TextEncoder) tuned.model();
        RowReader reader = new RowReader(tuned.tokenizer(), Math.min(options.maxTokens(), model.maxTokens()));
        List<Row> learned = rows(texts.training(), reader);
        List<Row> measured = rows(texts.evaluation(), reader);
        training = batches(learned);
        evaluation = batches(measured);
        fingerprint = tuned.fingerprint() + "; texts " + code(learned) + ", measured by " + code(measured);
    }

    private static String code(List<Row> rows) {
        List<Integer> codes = rows.stream()
                .map(row -> 31 * Arrays.hashCode(row.ids) + Arrays.hashCode(row.classes))
                .toList();
        return codes.hashCode() + " of " + codes.size();
    }

    private List<Row> rows(List<LabelledTexts.Example> examples, RowReader reader) {
        List<RowReader.Tokens> tokens =
                reader.read(examples.stream().map(LabelledTexts.Example::text).toList());
        Map<String, Integer> numbers = new HashMap<>();
        for (int number = 0; number < labels().size(); number++) {
            numbers.putIfAbsent(labels().get(number), number);
        }
        List<Row> all = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            int[] classes = examples.get(i).labels().stream()
                    .mapToInt(numbers::get)
                    .distinct()
                    .sorted()
                    .toArray();
            all.add(new Row(tokens.get(i).ids(), tokens.get(i).segments(), classes));
        }
        return all;
    }

    private TokenBatches batches(List<Row> all) {
        int[] lengths = all.stream().mapToInt(row -> row.ids.length).toArray();
        return new TokenBatches(lengths, how, (rows, epoch) -> {
            List<Row> some = Arrays.stream(rows).mapToObj(all::get).toList();
            List<TokenBatches.Rows> data = data(some);
            return scope -> new TokenBatches.Learned(
                    new NDList(data.stream().map(each -> each.in(scope)).toList()), new NDList(classes(some, scope)));
        });
    }

    private List<TokenBatches.Rows> data(List<Row> some) {
        List<long[]> ids = some.stream().map(Row::ids).toList();
        List<TokenBatches.Rows> data = new ArrayList<>();
        data.add(TokenBatches.padded(ids, model.padding()));
        data.add(TokenBatches.real(ids));
        if (model.segments() > 0 && tuned.tokenizer().usesTypeIds()) {
            data.add(TokenBatches.padded(some.stream().map(Row::segments).toList(), 0));
        }
        return data;
    }

    /** Class numbers [batch], or 1 for each class that holds [batch, classes]. */
    private NDArray classes(List<Row> some, NDManager scope) {
        if (texts.kind() == LabelledTexts.Kind.SINGLE_LABEL) {
            return scope.create(some.stream().mapToLong(row -> row.classes[0]).toArray());
        }
        int classes = labels().size();
        float[] all = new float[Math.multiplyExact(some.size(), classes)];
        for (int i = 0; i < some.size(); i++) {
            for (int number : some.get(i).classes) {
                all[i * classes + number] = 1;
            }
        }
        return scope.create(all, new Shape(some.size(), classes));
    }

    /** Names of the classes, by number. */
    public List<String> labels() {
        return model.labels();
    }

    @Override
    public TensorBlock block() {
        return tuned.block();
    }

    @Override
    public Map<String, Parameter> weights() {
        return tuned.weights();
    }

    @Override
    public Loss loss() {
        return loss((float) how.optimization().labelSmoothing());
    }

    private Loss loss(float smoothing) {
        return texts.kind() == LabelledTexts.Kind.SINGLE_LABEL ? new CrossEntropy(smoothing) : new BinaryCrossEntropy();
    }

    @Override
    public int batches(int epoch) {
        return training.count();
    }

    @Override
    public Iterable<Batch> epoch(int epoch, int first, NDManager manager) {
        return training.epoch(how.seed(), epoch, first, manager);
    }

    /** Of texts with one class. */
    @Override
    public OptionalDouble accuracy(NDList labels, NDList outputs) {
        if (texts.kind() == LabelledTexts.Kind.MULTI_LABEL) {
            return OptionalDouble.empty();
        }
        ClassScores scores = new ClassScores(labels(), texts.kind());
        scores.add(outputs.get(0), labels.get(0));
        return OptionalDouble.of(scores.accuracy());
    }

    @Override
    public Optional<Evaluation> evaluate() {
        if (texts.evaluation().isEmpty()) {
            return Optional.empty();
        }
        ClassScores scores = new ClassScores(labels(), texts.kind());
        Loss plain = loss(0);
        double loss = 0;
        for (Batch batch : evaluation.sorted(tuned.manager())) {
            try (batch) {
                NDList answer = tuned.answer(batch.getData(), new ParameterStore(batch.getManager(), false));
                scores.add(answer.singletonOrThrow(), batch.getLabels().get(0));
                loss += batch.getSize()
                        * plain.evaluate(batch.getLabels(), answer).getFloat();
            }
        }
        return Optional.of(scores.evaluation(loss / texts.evaluation().size()));
    }

    @Override
    public void save(Path folder, TuningReport report) {
        String data = "%d texts of %d classes; measured on %d others"
                .formatted(
                        texts.training().size(),
                        labels().size(),
                        texts.evaluation().size());
        tuned.save(folder, report, data, command);
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public void close() {
        training.close();
        evaluation.close();
        tuned.close();
    }
}
