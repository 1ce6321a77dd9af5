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

    private final Session<M> session;
    private final Function<M, TextDecoder> decoder;
    private final Optional<Context<M>> context;
    private final Patience patience;
    private final NDManager memory;
    private final KeyValueCache cache;
    private Optional<Tokens> asked = Optional.empty();
    private int[] padding = {};

    private CachedDecoding(
            Session<M> session, Function<M, TextDecoder> decoder, Optional<Context<M>> context, Patience patience) {
        this.session = session;
        this.decoder = decoder;
        this.context = context;
        this.patience = patience;
        memory = session.newScope();
        cache = new KeyValueCache(memory);
    }

    /** By a model that continues its prompt. */
    public static <M extends TextDecoder> CachedDecoding<M> of(Session<M> session, Patience patience) {
        return new CachedDecoding<>(session, model -> model, Optional.empty(), patience);
    }

    /**
     * By a model whose decoder asks something else as well.
     *
     * @param decoder finds the decoder in the model
     * @param context computed in the first pass; the prompts are rows of it: as many, or a multiple
     */
    public static <M extends TensorBlock> CachedDecoding<M> asking(
            Session<M> session, Function<M, TextDecoder> decoder, Context<M> context, Patience patience) {
        return new CachedDecoding<>(session, decoder, Optional.of(context), patience);
    }

    @Override
    public float[][] next(long[][] tokens) {
        Check.that(tokens.length > 0, "There must be at least one row.");
        Check.that(Arrays.stream(tokens).allMatch(row -> row.length > 0), "Each row needs at least one token.");
        int longest = Arrays.stream(tokens).mapToInt(row -> row.length).max().orElseThrow();
        if (cache.length() == 0) {
            padding =
                    Arrays.stream(tokens).mapToInt(row -> longest - row.length).toArray();
        }
        Check.that(tokens.length == padding.length, "There are %d rows, not %d.", padding.length, tokens.length);
        return session.run(patience, (model, scope, pass) -> next(model, tokens, longest, scope, pass));
    }

    private float[][] next(M model, long[][] tokens, int longest, NDManager scope, Pass pass) {
        if (context.isPresent() && asked.isEmpty()) {
            asked = Optional.of(owned(context.get().of(model, scope, pass)));
        }
        Pass cached = asked.map(pass::withContext).orElse(pass).withCache(cache);
        TextDecoder text = decoder.apply(model);
        NDArray states = text.states(input(tokens, longest, scope), cached); // [rows, tokens, width]
        cache.advance(tokens.length, longest);
        NDArray last = states.get(":, -1"); // [rows, width]
        float[] all = text.logits(last, pass).toFloatArray();
        int vocabulary = text.vocabulary();
        return IntStream.range(0, tokens.length)
                .mapToObj(row -> Arrays.copyOfRange(all, row * vocabulary, (row + 1) * vocabulary))
                .toArray(float[][]::new);
    }

    /** What is asked lives as long as the decoding. */
    private Tokens owned(Tokens tokens) {
        tokens.vectors().attach(memory);
        if (tokens.mask() instanceof AttentionMask.Padding padded) {
            padded.real().attach(memory);
        }
        return tokens;
    }

    /** The new tokens, padded on the left, with their places and, if there is padding, what is real of all tokens so far. */
    private TextInput input(long[][] tokens, int longest, NDManager scope) {
        int rows = tokens.length;
        int earlier = Math.toIntExact(cache.length());
        long[] ids = new long[Math.multiplyExact(rows, longest)];
        long[] places = new long[ids.length];
        for (int row = 0; row < rows; row++) {
            int missing = longest - tokens[row].length;
            System.arraycopy(tokens[row], 0, ids, row * longest + missing, tokens[row].length);
            for (int i = missing; i < longest; i++) {
                places[row * longest + i] = earlier + i - padding[row];
            }
        }
        Shape shape = new Shape(rows, longest);
        TextInput input = TextInput.of(scope.create(ids, shape)).withPlaces(scope.create(places, shape));
        return Arrays.stream(padding).allMatch(count -> count == 0)
                ? input
                : input.hiding(new AttentionMask.Padding(real(rows, earlier + longest, scope)));
    }

    /** 1 for tokens and 0 for padding: [rows, all tokens]. */
    private NDArray real(int rows, int all, NDManager scope) {
        float[] real = new float[Math.multiplyExact(rows, all)];
        for (int row = 0; row < rows; row++) {
            Arrays.fill(real, row * all + padding[row], (row + 1) * all, 1);
        }
        return scope.create(real, new Shape(rows, all));
    }

    @Override
    public void select(int[] parents) {
        int before = padding.length;
        boolean same = parents.length == before && IntStream.range(0, before).allMatch(row -> parents[row] == row);
        if (same) {
            return;
        }
        session.run(patience, (model, scope, pass) -> {
            Operations inside = pass.operations().within();
            asked = asked.map(tokens -> selectInputs(tokens, parents, before, inside));
            cache.select(parents, inside);
            return null;
        });
        padding = Arrays.stream(parents).map(row -> padding[row]).toArray();
    }

    /** The inputs that still have rows. */
    private Tokens selectInputs(Tokens tokens, int[] parents, int before, Operations inside) {
        int inputs = Math.toIntExact(tokens.vectors().getShape().get(0));
        int each = before / inputs;
        int[] kept = Arrays.stream(parents).map(row -> row / each).distinct().toArray();
        if (kept.length == inputs) {
            return tokens;
        }
        cache.selectContexts(kept, inside);
        NDArray numbers = memory.create(Arrays.stream(kept).asLongStream().toArray());
        AttentionMask mask = tokens.mask() instanceof AttentionMask.Padding padded
                ? new AttentionMask.Padding(padded.real().get(numbers))
                : tokens.mask();
        return new Tokens(tokens.vectors().get(numbers), mask);
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
