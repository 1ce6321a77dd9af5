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

    /** What tells how long texts are, where a model's positions depend on it. */
    private enum Lengths {
        OWN,
        LONGEST
    }

    /** Tokens of each row that go through the model at a time: between two such passes others have their turns, and deadlines hold. */
    private static final int PIECE = 512;

    private final Session<M> session;
    private final Function<M, TextDecoder> decoder;
    private final Optional<Context<M>> context;
    private final Optional<Reading<M>> reading;
    private final Lengths lengths;
    private final NDManager memory;
    private final KeyValueCache cache;
    private Patience patience;
    private Optional<Tokens> asked = Optional.empty();
    private Rows rows = Rows.each(0);
    private int written; // of each row, the tokens so far; where a context stands before them, the cache holds more
    private int[] padding = {}; // before each of the model's rows

    private CachedDecoding(
            Session<M> session,
            Function<M, TextDecoder> decoder,
            Optional<Context<M>> context,
            Optional<Reading<M>> reading,
            Lengths lengths,
            Patience patience) {
        this.session = session;
        this.decoder = decoder;
        this.context = context;
        this.reading = reading;
        this.lengths = lengths;
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
        return new CachedDecoding<>(session, decoder, Optional.empty(), Optional.empty(), Lengths.OWN, patience);
    }

    /**
     * By a model that continues prompts padded to one length, as the reference does: where its positions depend on how
     * long a text is, the longest counts for all.
     */
    public static <M extends TensorBlock> CachedDecoding<M> together(
            Session<M> session, Function<M, TextDecoder> decoder, Patience patience) {
        return new CachedDecoding<>(session, decoder, Optional.empty(), Optional.empty(), Lengths.LONGEST, patience);
    }

    /**
     * By a model that continues its prompt, in which other tokens than words stand.
     *
     * @param decoder finds the decoder in the model
     * @param reading of the prompts, which are one pass then
     */
    public static <M extends TensorBlock> CachedDecoding<M> reading(
            Session<M> session, Function<M, TextDecoder> decoder, Reading<M> reading, Patience patience) {
        return new CachedDecoding<>(session, decoder, Optional.empty(), Optional.of(reading), Lengths.OWN, patience);
    }

    /**
     * By a model whose decoder asks something else as well.
     *
     * @param decoder finds the decoder in the model
     * @param context computed in the first pass; the prompts are rows of it: as many, or a multiple
     */
    public static <M extends TensorBlock> CachedDecoding<M> asking(
            Session<M> session, Function<M, TextDecoder> decoder, Context<M> context, Patience patience) {
        return new CachedDecoding<>(session, decoder, Optional.of(context), Optional.empty(), Lengths.OWN, patience);
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
        int end = written + longest;
        float[][] scores = {};
        for (int first = 0; first < longest; first += piece) {
            int last = Math.min(first + piece, longest);
            PaddedTokens some = PaddedTokens.of(all, first, last, padding, written);
            scores = session.run(patience, (model, scope, pass) -> next(model, some, end, scope, pass));
        }
        return scores;
    }

    /** @param end tokens of the longest row once all its pieces are read */
    private float[][] next(M model, PaddedTokens tokens, int end, NDManager scope, Pass pass) {
        if (context.isPresent() && asked.isEmpty()) {
            asked = Optional.of(owned(context.get().of(model, scope, pass)));
        }
        TextDecoder text = decoder.apply(model);
        Pass cached = text.stepping(asked.map(pass::withContext).orElse(pass).withCache(cache));
        long[] ends = Arrays.stream(padding)
                .mapToLong(missing -> end - (lengths == Lengths.OWN ? missing : tokens.fewest()))
                .toArray();
        TextInput input = tokens.input(scope).withLengths(ends);
        TextInput read = reading.filter(first -> written == 0)
                .map(first -> first.of(model, input, pass))
                .orElse(input);
        NDArray states = text.states(read, cached); // [rows, tokens, width]
        cache.advance(tokens.rows(), tokens.count());
        if (written == 0) {
            asked = asked.map(this::withoutVectors);
        }
        written += tokens.count();
        NDArray last = last(states); // [rows, width]
        float[] all = text.logits(last, cached).toFloatArray();
        int vocabulary = text.vocabulary();
        return Arrays.stream(rows.places())
                .mapToObj(row -> Arrays.copyOfRange(all, row * vocabulary, (row + 1) * vocabulary))
                .toArray(float[][]::new);
    }

    private static NDArray last(NDArray states) {
        Shape s = states.getShape();
        return s.get(1) == 1 ? states.reshape(s.get(0), s.get(2)) : states.get(":, -1");
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

    /** Once every layer has its keys and values in the cache, only their number and their mask are asked for. */
    private Tokens withoutVectors(Tokens tokens) {
        Shape shape = tokens.vectors().getShape();
        tokens.vectors().close();
        return new Tokens(memory.zeros(new Shape(shape.get(0), shape.get(1), 1)), tokens.mask());
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
            Operations inside = decoder.apply(model).stepping(pass).operations().within();
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

    /**
     * Goes on with another text that begins with the same tokens.
     *
     * @param tokens how many of the first stay; all behind them are forgotten
     * @param until how long the calls that follow may take
     * @throws IllegalArgumentException if there aren't so many, or there is more than one row
     */
    public void rewind(int tokens, Patience until) {
        Check.that(
                rows.places().length <= 1,
                "There are %d rows; one text can be another's beginning.",
                rows.places().length);
        Check.that(tokens >= 0 && tokens <= written, "Of %d tokens the first %d can't stay.", written, tokens);
        cache.rewind(tokens);
        written = tokens;
        patience = until;
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
