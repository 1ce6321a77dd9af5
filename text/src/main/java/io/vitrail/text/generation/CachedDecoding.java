package io.vitrail.text.generation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextInput;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.KeyValueCache;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.Tokens;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Decoding by a {@link TextDecoder} with a key–value cache: each token goes through the model once. Prompts of unequal length are
 * padded on the left; what a decoder asks, such as the encoder's tokens, is computed once for all rows of an input.
 *
 * @param <M> the model that the decoder is, or is a part of
 */
public final class CachedDecoding<M extends TensorBlock> implements Decoding {
    /** Makes what the decoder asks: one row for each input; what it makes belongs to the manager. */
    @FunctionalInterface
    public interface Context<M> {
        Tokens of(M model, NDManager manager, Pass pass);
    }

    /** Makes what the decoder reads of the prompts, such as pictures among their words: the same tokens with vectors. */
    @FunctionalInterface
    public interface Reading<M> {
        TextInput of(M model, TextInput prompts, Pass pass);
    }

    /** Tokens of each row that go through the model at a time: between two such passes others have their turns, and deadlines hold. */
    private static final int PIECE = 512;

    private final Session<M> session;
    private final Function<M, TextDecoder> decoder;
    private final Optional<Context<M>> context;
    private final Optional<Reading<M>> reading;
    private final Patience patience;
    private final NDManager memory;
    private final KeyValueCache cache;
    private Optional<Tokens> asked = Optional.empty();
    private Rows rows = Rows.each(0);
    private int written; // of each row, the tokens so far; where a context stands before them, the cache holds more
    private int[] padding = {}; // before each of the model's rows

    private CachedDecoding(
            Session<M> session,
            Function<M, TextDecoder> decoder,
            Optional<Context<M>> context,
            Optional<Reading<M>> reading,
            Patience patience) {
        this.session = session;
        this.decoder = decoder;
        this.context = context;
        this.reading = reading;
        this.patience = patience;
        memory = session.newScope();
        cache = new KeyValueCache(memory);
    }

    /** By a model that continues its prompt. */
    public static <M extends TextDecoder> CachedDecoding<M> of(Session<M> session, Patience patience) {
        return of(session, model -> model, patience);
    }

    /** By a model that continues its prompt, or has a part that does. */
    public static <M extends TensorBlock> CachedDecoding<M> of(
            Session<M> session, Function<M, TextDecoder> decoder, Patience patience) {
        return new CachedDecoding<>(session, decoder, Optional.empty(), Optional.empty(), patience);
    }

    /**
     * By a model that continues its prompt, in which other tokens than words stand.
     *
     * @param decoder finds the decoder in the model
     * @param reading of the prompts, which are one pass then
     */
    public static <M extends TensorBlock> CachedDecoding<M> reading(
            Session<M> session, Function<M, TextDecoder> decoder, Reading<M> reading, Patience patience) {
        return new CachedDecoding<>(session, decoder, Optional.empty(), Optional.of(reading), patience);
    }

    /**
     * By a model whose decoder asks something else as well.
     *
     * @param decoder finds the decoder in the model
     * @param context computed in the first pass; the prompts are rows of it: as many, or a multiple
     */
    public static <M extends TensorBlock> CachedDecoding<M> asking(
            Session<M> session, Function<M, TextDecoder> decoder, Context<M> context, Patience patience) {
        return new CachedDecoding<>(session, decoder, Optional.of(context), Optional.empty(), patience);
    }

    @Override
    public float[][] next(long[][] tokens) {
        Check.that(tokens.length > 0, "There must be at least one row.");
        Check.that(Arrays.stream(tokens).allMatch(row -> row.length > 0), "Each row needs at least one token.");
        if (written == 0) {
            rows = Rows.each(tokens.length);
        }
        Check.that(
                tokens.length == rows.places().length,
                "There are %d rows, not %d.",
                rows.places().length,
                tokens.length);
        long[][] all = Arrays.stream(rows.owners()).mapToObj(row -> tokens[row]).toArray(long[][]::new);
        int longest = Arrays.stream(all).mapToInt(row -> row.length).max().orElseThrow();
        if (written == 0) {
            padding = Arrays.stream(all).mapToInt(row -> longest - row.length).toArray();
        }
        int piece = reading.isPresent() ? longest : PIECE;
        float[][] scores = {};
        for (int first = 0; first < longest; first += piece) {
            long[][] some = columns(all, longest, first, Math.min(first + piece, longest));
            scores = session.run(patience, (model, scope, pass) -> next(model, some, scope, pass));
        }
        return scores;
    }

    /** Some columns of the rows, which are padded on the left to the longest. */
    private static long[][] columns(long[][] rows, int longest, int first, int end) {
        long[][] columns = new long[rows.length][end - first];
        for (int row = 0; row < rows.length; row++) {
            int missing = longest - rows[row].length;
            for (int i = Math.max(first, missing); i < end; i++) {
                columns[row][i - first] = rows[row][i - missing];
            }
        }
        return columns;
    }

    private float[][] next(M model, long[][] tokens, NDManager scope, Pass pass) {
        if (context.isPresent() && asked.isEmpty()) {
            asked = Optional.of(owned(context.get().of(model, scope, pass)));
        }
        Pass cached = asked.map(pass::withContext).orElse(pass).withCache(cache);
        TextDecoder text = decoder.apply(model);
        TextInput input = input(tokens, scope);
        TextInput read = reading.filter(first -> written == 0)
                .map(first -> first.of(model, input, pass))
                .orElse(input);
        NDArray states = text.states(read, cached); // [rows, tokens, width]
        cache.advance(tokens.length, tokens[0].length);
        written += tokens[0].length;
        NDArray last = states.get(":, -1"); // [rows, width]
        float[] all = text.logits(last, pass).toFloatArray();
        int vocabulary = text.vocabulary();
        return Arrays.stream(rows.places())
                .mapToObj(row -> Arrays.copyOfRange(all, row * vocabulary, (row + 1) * vocabulary))
                .toArray(float[][]::new);
    }

    /** What is asked lives as long as the decoding: of a mask a copy, which may be a view of memory that the pass gives back. */
    private Tokens owned(Tokens tokens) {
        tokens.vectors().attach(memory);
        if (!(tokens.mask() instanceof AttentionMask.Padding padded)) {
            Check.that(
                    tokens.mask() instanceof AttentionMask.None,
                    "What a decoder asks may have padding, but no other mask: %s.",
                    tokens.mask().getClass().getSimpleName());
            return tokens;
        }
        NDArray real = padded.real().duplicate();
        real.attach(memory);
        return new Tokens(tokens.vectors(), new AttentionMask.Padding(real));
    }

    /** The new tokens with their places and, if there is padding, what is real of all tokens so far. */
    private TextInput input(long[][] tokens, NDManager scope) {
        int rows = tokens.length;
        int count = tokens[0].length;
        long[] ids = Arrays.stream(tokens).flatMapToLong(Arrays::stream).toArray();
        long[] places = new long[ids.length];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < count; i++) {
                places[row * count + i] = Math.max(0, written + i - padding[row]);
            }
        }
        Shape shape = new Shape(rows, count);
        TextInput input = TextInput.of(scope.create(ids, shape)).withPlaces(scope.create(places, shape));
        return Arrays.stream(padding).allMatch(missing -> missing == 0)
                ? input
                : input.hiding(new AttentionMask.Padding(real(rows, written + count, scope)));
    }

    /** 1 for tokens and 0 for padding: [rows, all tokens]. */
    private NDArray real(int rows, int all, NDManager scope) {
        float[] real = new float[Math.multiplyExact(rows, all)];
        for (int row = 0; row < rows; row++) {
            Arrays.fill(real, row * all + Math.min(padding[row], all), (row + 1) * all, 1);
        }
        return scope.create(real, new Shape(rows, all));
    }

    @Override
    public void select(int[] parents) {
        int[] from = Arrays.stream(parents).map(this::place).toArray();
        int before = padding.length;
        int each = asked.map(tokens ->
                        before / Math.toIntExact(tokens.vectors().getShape().get(0)))
                .orElse(1);
        Rows next = asked.isPresent()
                ? Rows.shared(Arrays.stream(from).map(row -> row / each).toArray())
                : Rows.each(from.length);
        int[] chosen = Arrays.stream(next.owners()).map(row -> from[row]).toArray();
        rows = next;
        boolean same = chosen.length == before && IntStream.range(0, before).allMatch(row -> chosen[row] == row);
        if (same) {
            return;
        }
        session.run(patience, (model, scope, pass) -> {
            Operations inside = pass.operations().within();
            asked = asked.map(tokens -> selectInputs(tokens, chosen, each, inside));
            cache.select(chosen, inside);
            return null;
        });
        padding = Arrays.stream(chosen).map(row -> padding[row]).toArray();
    }

    private int place(int row) {
        Check.that(row >= 0 && row < rows.places().length, "Row %d isn't among %d.", row, rows.places().length);
        return rows.places()[row];
    }

    /** The inputs that still have rows. */
    private Tokens selectInputs(Tokens tokens, int[] parents, int each, Operations inside) {
        int[] kept = Arrays.stream(parents).map(row -> row / each).distinct().toArray();
        if (kept.length == tokens.vectors().getShape().get(0)) {
            return tokens;
        }
        cache.selectContexts(kept, inside);
        try (NDArray all = tokens.vectors();
                NDArray numbers =
                        memory.create(Arrays.stream(kept).asLongStream().toArray())) {
            return new Tokens(all.get(numbers), selected(tokens.mask(), numbers));
        }
    }

    private static AttentionMask selected(AttentionMask mask, NDArray numbers) {
        if (!(mask instanceof AttentionMask.Padding padded)) {
            return mask;
        }
        try (NDArray all = padded.real()) {
            return new AttentionMask.Padding(all.get(numbers));
        }
    }

    @Override
    public int vocabulary() {
        return decoder.apply(session.model()).vocabulary();
    }

    @Override
    public int maxTokens() {
        return decoder.apply(session.model()).maxTokens();
    }

    @Override
    public void close() {
        memory.close();
    }
}
