package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.tokenizer.DecodeOptions;
import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * Guesses the words of a text that are masked.
 *
 * <pre>{@code
 * try (FillMask fillMask = FillMask.load(folder)) {
 *     fillMask.fill("Paris is the " + fillMask.mask() + " of France.").get(0).forEach(System.out::println);
 * }
 * }</pre>
 *
 * <p>Thread-safe, like {@link TextClassifier}. It holds native memory until it is closed; its results don't.
 */
public final class FillMask implements AutoCloseable {
    /**
     * One word for one mask.
     *
     * @param word the word as text
     * @param id its id
     * @param score its probability among all words
     * @param text the whole text with the word instead of the mask; without special tokens if there is one mask alone
     */
    public record Guess(String word, long id, double score, String text) {}

    /**
     * What is guessed.
     *
     * @param count guesses for each mask
     * @param targets the only words to choose from, if there are any; of those that aren't in the vocabulary the first part
     */
    public record Options(int count, List<String> targets) {
        /** The 5 best of all words. */
        public static final Options DEFAULT = new Options(5, List.of());

        public Options {
            Check.that(count > 0, "At least 1 guess must be asked for, not %d.", count);
            targets = List.copyOf(targets);
        }
    }

    private final LoadedTextModel<TextEncoder> loaded;
    private final Options options;
    private final long mask;
    private final Optional<int[]> targets;
    private final TextCalls<List<List<Guess>>> calls;

    private FillMask(LoadedTextModel<TextEncoder> loaded, Options options) {
        this.loaded = loaded;
        this.options = options;
        mask = loaded.tokenizer()
                .specialTokens()
                .id("mask")
                .orElseThrow(() -> new IllegalArgumentException("This checkpoint's tokenizer has no mask token."));
        targets = options.targets().isEmpty() ? Optional.empty() : Optional.of(ids(options.targets()));
        calls = TextCalls.of(loaded, this::fill);
    }

    private FillMask(FillMask same, TextCalls<List<List<Guess>>> calls) {
        loaded = same.loaded;
        options = same.options;
        mask = same.mask;
        targets = same.targets;
        this.calls = calls;
    }

    /** The ids of words, each once; of a word of several tokens that of the first. */
    private int[] ids(List<String> words) {
        Tokenizer tokenizer = loaded.tokenizer();
        EncodeOptions plain = EncodeOptions.builder().specialTokens(false).build();
        int[] ids = words.stream()
                .mapToInt(word -> {
                    long[] parts = tokenizer.id(word).isPresent()
                            ? new long[] {tokenizer.id(word).getAsLong()}
                            : tokenizer
                                    .encode(List.of(TokenizerInput.of(word)), plain)
                                    .rows()
                                    .get(0)
                                    .ids();
                    Check.that(parts.length > 0, "The target '%s' has no token in this vocabulary.", word);
                    return Math.toIntExact(parts[0]);
                })
                .distinct()
                .toArray();
        for (int id : ids) {
            Check.that(id < loaded.model().vocabulary(), "The token %d is unknown to the model.", id);
        }
        return ids;
    }

    /** The model of a checkpoint's folder, on the CPU in float32; the 5 best words. */
    public static FillMask load(Path folder) {
        return load(folder, Options.DEFAULT, Compute.DEFAULT);
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the others,
     *     or the model isn't supported
     * @throws IllegalArgumentException if the model has no head for words, its tokenizer no mask, or a target no token
     */
    public static FillMask load(Path folder, Options options, Compute compute) {
        return of(LoadedTextModel.load(folder, TextTask.MASKED_WORD, compute), options);
    }

    /**
     * The model of a checkpoint's folder with an adapter merged into its weights.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException as for {@link #load}, or if the adapter was made for
     *     another model
     */
    public static FillMask loadMerged(Path folder, PeftAdapter adapter, Options options, Compute compute) {
        return of(LoadedTextModel.merged(folder, adapter, TextTask.MASKED_WORD, compute), options);
    }

    private static FillMask of(LoadedTextModel<TextEncoder> loaded, Options options) {
        try {
            return new FillMask(loaded, options);
        } catch (IllegalArgumentException e) {
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
    public FillMask with(PeftAdapter adapter) {
        return of(loaded.with(adapter), options);
    }

    /**
     * The same, whose calls answer within a time or not at all. Closing either closes both.
     *
     * @param limit from 1 millisecond to 365 days
     */
    public FillMask withDeadline(Duration limit) {
        return new FillMask(this, calls.withDeadline(limit));
    }

    /**
     * The same, which sends texts of several callers through the model together. Closing either closes both.
     *
     * @param most texts in a batch at most
     * @param wait how long a text waits for others while the model has nothing to do, 0 to 60 seconds
     */
    public FillMask batching(int most, Duration wait) {
        return new FillMask(this, calls.batching(most, wait));
    }

    /** What stands for a masked word in a text, such as {@code [MASK]}. */
    public String mask() {
        return loaded.tokenizer().specialTokens().token("mask").orElseThrow();
    }

    /**
     * The best words for each mask of a text, mask by mask, best first.
     *
     * @throws IllegalArgumentException if the text has no mask, or is longer than the model takes
     */
    public List<List<Guess>> fill(String text) {
        return fill(List.of(Check.given(text, "text"))).get(0);
    }

    /** The same for several texts, in batches; results in their order. */
    public List<List<List<Guess>>> fill(List<String> texts) {
        List<TokenizerInput> inputs =
                Check.allGiven(texts, "texts").stream().map(TokenizerInput::of).toList();
        List<Encoding> rows =
                loaded.tokenizer().encode(inputs, EncodeOptions.defaults()).rows();
        rows.forEach(row -> Check.that(places(row).length > 0, "A text has no mask; write it as '%s'.", mask()));
        return calls.answer(rows);
    }

    private int[] places(Encoding row) {
        long[] ids = row.ids();
        return IntStream.range(0, ids.length).filter(i -> ids[i] == mask).toArray();
    }

    /** Words are scored at the masks alone. */
    private List<List<List<Guess>>> fill(TextEncoder model, TextInput input, List<Encoding> rows, Pass pass) {
        NDArray tokens = model.features(input, pass).tokens(); // [batch, tokens, width]
        Shape s = tokens.getShape();
        long[] masked = IntStream.range(0, rows.size())
                .boxed()
                .flatMapToInt(row ->
                        Arrays.stream(places(rows.get(row))).map(place -> Math.toIntExact(row * s.get(1)) + place))
                .asLongStream()
                .toArray();
        NDArray chosen = tokens.reshape(-1, s.get(2)).get(tokens.getManager().create(masked)); // [masks, width]
        NDArray logits = model.head().forward(chosen, pass); // [masks, vocabulary]
        int vocabulary = Math.toIntExact(logits.getShape().get(1));
        float[] all = logits.toFloatArray();
        List<List<List<Guess>>> results = new ArrayList<>();
        int next = 0;
        for (Encoding row : rows) {
            List<List<Guess>> guesses = new ArrayList<>();
            for (int place : places(row)) {
                float[] own = Arrays.copyOfRange(all, next * vocabulary, ++next * vocabulary);
                guesses.add(guesses(ScoreFunction.SOFTMAX.apply(own), row, place));
            }
            results.add(guesses);
        }
        return results;
    }

    private List<Guess> guesses(double[] scores, Encoding row, int place) {
        IntStream ids = targets.map(Arrays::stream).orElseGet(() -> IntStream.range(0, scores.length));
        return ids.boxed()
                .sorted(Comparator.comparingDouble((Integer id) -> scores[id]).reversed())
                .limit(options.count())
                .map(id -> guess(id, scores[id], row, place))
                .toList();
    }

    private Guess guess(int id, double score, Encoding row, int place) {
        Tokenizer tokenizer = loaded.tokenizer();
        long[] ids = row.ids().clone();
        ids[place] = id;
        OptionalLong padding = tokenizer.specialTokens().id("pad");
        long[] shown = Arrays.stream(ids)
                .filter(other -> padding.isEmpty() || other != padding.getAsLong())
                .toArray();
        DecodeOptions whole = new DecodeOptions(places(row).length == 1, Optional.empty());
        String word = tokenizer.decode(new long[] {id}, DecodeOptions.defaults());
        return new Guess(word, id, score, tokenizer.decode(shown, whole));
    }

    @Override
    public void close() {
        loaded.close();
    }
}
