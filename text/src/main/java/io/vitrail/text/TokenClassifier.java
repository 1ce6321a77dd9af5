package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.EncodedBatch;
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
import java.util.List;
import java.util.OptionalInt;

/**
 * Finds what parts of a text are: names of persons and places, parts of speech.
 *
 * <pre>{@code
 * TokenClassifier.Options options = TokenClassifier.Options.DEFAULT.with(Aggregation.SIMPLE);
 * try (TokenClassifier classifier = TokenClassifier.load(folder, options, Compute.DEFAULT)) {
 *     classifier.classify("Ada Lovelace was born in London.").forEach(System.out::println);
 * }
 * }</pre>
 *
 * <p>Thread-safe, like {@link TextClassifier}. It holds native memory until it is closed; its results don't.
 */
public final class TokenClassifier implements AutoCloseable {
    /**
     * What is found.
     *
     * @param aggregation how tokens become entities
     * @param ignored labels that are left out
     * @param stride tokens that the parts of a text share that is longer than the model takes; without it only its beginning is
     *     read, as by the reference
     */
    public record Options(Aggregation aggregation, List<String> ignored, OptionalInt stride) {
        /** Each token by itself; those outside of entities ("O") are left out. */
        public static final Options DEFAULT = new Options(Aggregation.NONE, List.of("O"), OptionalInt.empty());

        public Options {
            ignored = List.copyOf(ignored);
            Check.that(
                    aggregation != Aggregation.NONE || stride.isEmpty(),
                    "Tokens of overlapping parts of a text can't be told apart.%n  try:  an aggregation beside a"
                            + " stride.");
        }

        public Options with(Aggregation other) {
            return new Options(other, ignored, stride);
        }

        public Options withStride(int tokens) {
            return new Options(aggregation, ignored, OptionalInt.of(tokens));
        }
    }

    private final LoadedTextModel<TextEncoder> loaded;
    private final Options options;
    private final List<String> labels;
    private final EncodeOptions encoding;
    private final TextCalls<double[][]> calls;

    private TokenClassifier(LoadedTextModel<TextEncoder> loaded, Options options) {
        this.loaded = loaded;
        this.options = options;
        labels = Labels.of(loaded.config());
        encoding = EncodeOptions.builder()
                .truncation(Truncation.LONGEST_FIRST)
                .maxLength(TextCalls.maxTokens(loaded))
                .stride(options.stride().orElse(0))
                .overflow(options.stride().isPresent())
                .offsets(true)
                .build();
        calls = TextCalls.of(loaded, this::probabilities);
    }

    private TokenClassifier(TokenClassifier same, TextCalls<double[][]> calls) {
        loaded = same.loaded;
        options = same.options;
        labels = same.labels;
        encoding = same.encoding;
        this.calls = calls;
    }

    /** The model of a checkpoint's folder, on the CPU in float32; each token by itself. */
    public static TokenClassifier load(Path folder) {
        return load(folder, Options.DEFAULT, Compute.DEFAULT);
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the others,
     *     or the model isn't supported
     * @throws IllegalArgumentException if the model has no head for classes of tokens
     */
    public static TokenClassifier load(Path folder, Options options, Compute compute) {
        return new TokenClassifier(LoadedTextModel.load(folder, TextTask.TOKEN_CLASSIFICATION, compute), options);
    }

    /**
     * The model of a checkpoint's folder with an adapter merged into its weights. The adapter's folder may hold a
     * config.json, which tells its classes; then the checkpoint needs no head.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException as for {@link #load}, or if the adapter was made for
     *     another model
     */
    public static TokenClassifier loadMerged(Path folder, PeftAdapter adapter, Options options, Compute compute) {
        return new TokenClassifier(
                LoadedTextModel.merged(folder, adapter, TextTask.TOKEN_CLASSIFICATION, compute), options);
    }

    /**
     * The same model changed by an adapter, perhaps with other classes, which a config.json in the adapter's folder tells.
     * Both share the weights, which stay as they are. Closing the one that is returned frees the adapter alone; this one's
     * closing closes both.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the adapter was made for another model, or must be
     *     merged ({@link #loadMerged})
     */
    public TokenClassifier with(PeftAdapter adapter) {
        return new TokenClassifier(loaded.with(adapter), options);
    }

    /**
     * The same classifier, whose calls answer within a time or not at all. Closing either closes both.
     *
     * @param limit from 1 millisecond to 365 days
     */
    public TokenClassifier withDeadline(Duration limit) {
        return new TokenClassifier(this, calls.withDeadline(limit));
    }

    /**
     * The same classifier, which sends texts of several callers through the model together. Closing either closes both.
     *
     * @param most texts in a batch at most
     * @param wait how long a text waits for others while the model has nothing to do, 0 to 60 seconds
     */
    public TokenClassifier batching(int most, Duration wait) {
        return new TokenClassifier(this, calls.batching(most, wait));
    }

    /** The entities of one text, from its beginning to its end. */
    public List<Entity> classify(String text) {
        return classify(List.of(Check.given(text, "text"))).get(0);
    }

    /** Several texts, in batches; results in their order. */
    public List<List<Entity>> classify(List<String> texts) {
        List<TokenizerInput> inputs =
                Check.allGiven(texts, "texts").stream().map(TokenizerInput::of).toList();
        EncodedBatch batch = loaded.tokenizer().encode(inputs, encoding);
        List<double[][]> scores = calls.answer(batch.rows());
        List<List<Entity>> results = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < texts.size(); i++) {
            int end = start;
            while (end < batch.rows().size() && batch.inputs().get(end) == i) {
                end++;
            }
            EntityGrouping grouping = new EntityGrouping(loaded.tokenizer(), labels(), options, texts.get(i));
            results.add(grouping.entities(batch.rows().subList(start, end), scores.subList(start, end)));
            start = end;
        }
        return results;
    }

    /** Names of the classes, by index. */
    public List<String> labels() {
        return labels;
    }

    /** Of each row's tokens, the probabilities of the classes. */
    private List<double[][]> probabilities(TextEncoder model, TextInput input, List<Encoding> rows, Pass pass) {
        NDArray logits = model.logits(model.features(input, pass), pass); // [batch, tokens, labels]
        Shape s = logits.getShape();
        int tokens = Math.toIntExact(s.get(1));
        int classes = Math.toIntExact(s.get(2));
        Check.that(
                classes == labels.size(),
                "The head scores %d classes, and config.json names %d: %s.",
                classes,
                labels.size(),
                labels);
        float[] all = logits.toFloatArray();
        List<double[][]> results = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            double[][] scores = new double[rows.get(row).length()][];
            for (int i = 0; i < scores.length; i++) {
                int start = (row * tokens + i) * classes;
                scores[i] = ScoreFunction.SOFTMAX.apply(Arrays.copyOfRange(all, start, start + classes));
            }
            results.add(scores);
        }
        return results;
    }

    @Override
    public void close() {
        loaded.close();
    }
}
