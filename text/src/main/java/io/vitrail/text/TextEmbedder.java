package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.text.tokenizer.Truncation;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Makes one vector of a text, such that alike texts have alike vectors, for search and comparison.
 *
 * <pre>{@code
 * try (TextEmbedder embedder = TextEmbedder.load(folder)) {
 *     System.out.println(embedder.embed("a cat").cosine(embedder.embed("a kitten")));
 * }
 * }</pre>
 *
 * <p>Texts that are longer than the model takes are cut. Thread-safe, like {@link TextClassifier}. It holds native memory
 * until it is closed; its results don't.
 */
public final class TextEmbedder implements AutoCloseable {
    /** Whether vectors are divided by their length. */
    public enum Length {
        UNIT,
        RAW
    }

    /**
     * What the vectors are.
     *
     * @param pooling how tokens become one vector; without it as the checkpoint says for sentence-transformers, or the mean
     * @param length whether it is normalised
     */
    public record Options(Optional<TextPooling> pooling, Length length) {
        /** The checkpoint's own pooling, normalised. */
        public static final Options DEFAULT = new Options(Optional.empty(), Length.UNIT);
    }

    private final LoadedTextModel<TextEncoder> loaded;
    private final TextPooling pooling;
    private final Length length;
    private final boolean lowerCase;
    private final EncodeOptions encoding;
    private final TextCalls<Embedding> calls;

    private TextEmbedder(
            LoadedTextModel<TextEncoder> loaded, SentenceSettings settings, Options options, TextPooling pooling) {
        this.loaded = loaded;
        this.pooling = pooling;
        length = options.length();
        lowerCase = settings.lowerCase();
        encoding = EncodeOptions.builder()
                .truncation(Truncation.LONGEST_FIRST)
                .maxLength(Math.min(settings.maxTokens().orElse(Integer.MAX_VALUE), TextCalls.maxTokens(loaded)))
                .build();
        calls = TextCalls.of(loaded, this::embed);
    }

    private TextEmbedder(TextEmbedder same, LoadedTextModel<TextEncoder> changed) {
        loaded = changed;
        pooling = same.pooling;
        length = same.length;
        lowerCase = same.lowerCase;
        encoding = same.encoding;
        calls = TextCalls.of(loaded, this::embed);
    }

    private TextEmbedder(TextEmbedder same, TextCalls<Embedding> calls) {
        loaded = same.loaded;
        pooling = same.pooling;
        length = same.length;
        lowerCase = same.lowerCase;
        encoding = same.encoding;
        this.calls = calls;
    }

    /** The model of a checkpoint's folder, on the CPU in float32, with its own pooling and vectors of length 1. */
    public static TextEmbedder load(Path folder) {
        return load(folder, Options.DEFAULT, Compute.DEFAULT);
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout.
     *
     * @throws CheckpointException if a file is missing, damaged or doesn't fit the others,
     *     or the model isn't supported
     * @throws IllegalArgumentException if the model has no pooler, and is asked for what it gives
     */
    public static TextEmbedder load(Path folder, Options options, Compute compute) {
        return of(folder, LoadedTextModel.load(folder, TextTask.FEATURES, compute), options);
    }

    /**
     * The model of a checkpoint's folder with an adapter merged into its weights.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException as for {@link #load(Path, Options, Compute)}, or if the adapter was made for
     *     another model
     */
    public static TextEmbedder loadMerged(Path folder, PeftAdapter adapter, Options options, Compute compute) {
        return of(folder, LoadedTextModel.merged(folder, adapter, TextTask.FEATURES, compute), options);
    }

    private static TextEmbedder of(Path folder, LoadedTextModel<TextEncoder> loaded, Options options) {
        try {
            SentenceSettings settings = SentenceSettings.read(folder);
            TextPooling pooling = options.pooling()
                    .or(() -> SentenceSettings.pooling(folder))
                    .orElse(loaded.model().usualPooling());
            Check.that(
                    pooling != TextPooling.POOLED || loaded.model().hasPooler(),
                    "This checkpoint has no pooler.%n  try:  the pooling MEAN or FIRST.");
            return new TextEmbedder(loaded, settings, options, pooling);
        } catch (IllegalArgumentException | CheckpointException e) {
            loaded.close();
            throw e;
        }
    }

    /**
     * The same model changed by an adapter. Both share the weights, which stay as they are. Closing the one that is
     * returned frees the adapter alone; this one's closing closes both.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the adapter was made for another model, or must be
     *     merged ({@link #loadMerged})
     */
    public TextEmbedder with(PeftAdapter adapter) {
        return new TextEmbedder(this, loaded.with(adapter));
    }

    /**
     * The same embedder, whose calls answer within a time or not at all. Closing either closes both.
     *
     * @param limit from 1 millisecond to 365 days
     */
    public TextEmbedder withDeadline(Duration limit) {
        return new TextEmbedder(this, calls.withDeadline(limit));
    }

    /**
     * The same embedder, which sends texts of several callers through the model together. Closing either closes both.
     *
     * @param most texts in a batch at most
     * @param wait how long a text waits for others while the model has nothing to do, 0 to 60 seconds
     */
    public TextEmbedder batching(int most, Duration wait) {
        return new TextEmbedder(this, calls.batching(most, wait));
    }

    /** The vector of one text. */
    public Embedding embed(String text) {
        return embed(List.of(Check.given(text, "text"))).get(0);
    }

    /** Several texts, in batches; results in their order. */
    public List<Embedding> embed(List<String> texts) {
        List<TokenizerInput> inputs = Check.allGiven(texts, "texts").stream()
                .map(TokenizerInput::of)
                .map(input -> lowerCase ? TokenizerInput.of(input.text().toLowerCase(Locale.ROOT)) : input)
                .toList();
        return calls.answer(loaded.tokenizer().encode(inputs, encoding).rows());
    }

    private List<Embedding> embed(TextEncoder model, TextInput input, List<Encoding> rows, Pass pass) {
        NDArray pooled = pooling.pool(model.features(input, pass)); // [batch, width]
        int width = Math.toIntExact(pooled.getShape().get(1));
        float[] all = pooled.toFloatArray();
        List<Embedding> results = new ArrayList<>();
        for (int start = 0; start < all.length; start += width) {
            Embedding raw = new Embedding(Arrays.copyOfRange(all, start, start + width));
            results.add(length == Length.UNIT ? raw.normalized() : raw);
        }
        return results;
    }

    @Override
    public void close() {
        loaded.close();
    }
}
