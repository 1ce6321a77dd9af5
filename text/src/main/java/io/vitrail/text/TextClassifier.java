package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.text.tokenizer.Truncation;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Labels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Says which class a text, or a pair of texts, belongs to.
 *
 * <pre>{@code
 * try (TextClassifier classifier = TextClassifier.load(folder)) {
 *     System.out.println(classifier.classify("What a lovely day!").best());
 * }
 * }</pre>
 *
 * <p>Thread-safe: any number of threads may call one classifier; they take turns at the model. A call that waits ends with a
 * {@link io.vitrail.transformer.CallException} when its thread is interrupted or the classifier is closed. It holds native
 * memory until it is closed; its results don't.
 */
public final class TextClassifier implements AutoCloseable {
    /** What becomes of a text that is longer than the model takes. */
    public enum LongTexts {
        /** It is an error, as in the reference. */
        REFUSED,
        /** Its end isn't read; of a pair that of the longer text. */
        CUT
    }

    /**
     * How texts are classified.
     *
     * @param function makes scores of logits; without it the checkpoint's choice
     * @param longTexts what becomes of them
     */
    public record Options(Optional<ScoreFunction> function, LongTexts longTexts) {
        /** The reference's. */
        public static final Options DEFAULT = new Options(Optional.empty(), LongTexts.REFUSED);
    }

    private final LoadedTextModel<TextEncoder> loaded;
    private final Options options;
    private final List<String> labels;
    private final ScoreFunction function;
    private final EncodeOptions encoding;
    private final TextCalls<TextClassification> calls;

    private TextClassifier(LoadedTextModel<TextEncoder> loaded, Options options) {
        this.loaded = loaded;
        this.options = options;
        labels = Labels.of(loaded.config());
        function = options.function().orElseGet(() -> ScoreFunction.of(loaded.config(), labels().size()));
        boolean cut = options.longTexts() == LongTexts.CUT;
        encoding = EncodeOptions.builder()
                .truncation(cut ? Truncation.LONGEST_FIRST : Truncation.DO_NOT_TRUNCATE)
                .maxLength(TextCalls.maxTokens(loaded))
                .build();
        calls = TextCalls.of(loaded, this::classify);
    }

    private TextClassifier(TextClassifier same, TextCalls<TextClassification> calls) {
        loaded = same.loaded;
        options = same.options;
        labels = same.labels;
        function = same.function;
        encoding = same.encoding;
        this.calls = calls;
    }

    /** The model of a checkpoint's folder, on the CPU in float32. */
    public static TextClassifier load(Path folder) {
        return load(folder, Options.DEFAULT, Compute.DEFAULT);
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the others,
     *     or the model isn't supported
     * @throws IllegalArgumentException if the model has no head for classes of texts
     */
    public static TextClassifier load(Path folder, Options options, Compute compute) {
        return new TextClassifier(LoadedTextModel.load(folder, TextTask.SEQUENCE_CLASSIFICATION, compute), options);
    }

    /**
     * The model of a checkpoint's folder with an adapter merged into its weights. The adapter's folder may hold a config.json,
     * which tells its classes; then the checkpoint needs no head.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException as for {@link #load}, or if the adapter was made for
     *     another model
     */
    public static TextClassifier loadMerged(Path folder, PeftAdapter adapter, Options options, Compute compute) {
        return new TextClassifier(
                LoadedTextModel.merged(folder, adapter, TextTask.SEQUENCE_CLASSIFICATION, compute), options);
    }

    /**
     * The same model changed by an adapter, perhaps with other classes, which a config.json in the adapter's folder tells. Both
     * classifiers share the weights, which stay as they are. Closing the one that is returned frees the adapter alone; this
     * one's closing closes both.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the adapter was made for another model, or must be
     *     merged ({@link #loadMerged})
     */
    public TextClassifier with(PeftAdapter adapter) {
        return new TextClassifier(loaded.with(adapter), options);
    }

    /**
     * The same classifier, whose calls answer within a time or not at all. Closing either closes both.
     *
     * @param limit from 1 millisecond to 365 days
     */
    public TextClassifier withDeadline(Duration limit) {
        return new TextClassifier(this, calls.withDeadline(limit));
    }

    /**
     * The same classifier, which sends texts of several callers through the model together. It pays where many threads ask
     * for one text each. Closing either closes both.
     *
     * @param most texts in a batch at most
     * @param wait how long a text waits for others while the model has nothing to do, 0 to 60 seconds
     */
    public TextClassifier batching(int most, Duration wait) {
        return new TextClassifier(this, calls.batching(most, wait));
    }

    /** All classes of one text, best first. */
    public TextClassification classify(String text) {
        return classify(List.of(TokenizerInput.of(Check.given(text, "text")))).get(0);
    }

    /** Several texts or pairs, in batches; results in their order. */
    public List<TextClassification> classify(List<TokenizerInput> texts) {
        return calls.answer(loaded.tokenizer()
                .encode(Check.allGiven(texts, "texts"), encoding)
                .rows());
    }

    /** Names of the classes, by index. */
    public List<String> labels() {
        return labels;
    }

    /** How logits become scores here. */
    public ScoreFunction function() {
        return function;
    }

    private List<TextClassification> classify(TextEncoder model, TextInput input, List<Encoding> rows, Pass pass) {
        NDArray logits = model.logits(model.features(input, pass), pass); // [batch, labels]
        float[] all = logits.toFloatArray();
        int classes = labels.size();
        Check.that(
                all.length == rows.size() * classes,
                "The head scores %d classes, and config.json names %d: %s.",
                all.length / rows.size(),
                classes,
                labels);
        List<TextClassification> results = new ArrayList<>();
        for (int start = 0; start < all.length; start += classes) {
            results.add(classification(function.apply(Arrays.copyOfRange(all, start, start + classes))));
        }
        return results;
    }

    private TextClassification classification(double[] scores) {
        List<LabelScore> scored = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            scored.add(new LabelScore(labels().get(i), i, scores[i]));
        }
        scored.sort(Comparator.comparingDouble(LabelScore::score).reversed());
        return new TextClassification(scored);
    }

    @Override
    public void close() {
        loaded.close();
    }
}
