package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.ModelSize;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenEmbedding;
import java.util.Optional;

/**
 * A text model each of whose tokens sees itself and those before it, so that it can tell what comes next: GPT and its
 * kin, and the decoders of models that translate or describe. As a DJL block it maps ids [batch, tokens] to scores of
 * the token that follows each, or to the tokens' vectors without a head.
 */
public abstract class TextDecoder extends TextModel {
    private Optional<TensorBlock> head = Optional.empty();
    private Optional<Operations> usual = Optional.empty(); // once prepared
    private Optional<Operations> stepping = Optional.empty();

    /** Adds the part that scores ids, under the name that weight tables use; without it there are no scores. */
    protected final void addHead(String name, TensorBlock block) {
        head = Optional.of(part(name, block));
    }

    /**
     * The tokens' vectors behind the last layer; earlier tokens, if there are any, are in the pass's cache. Records
     * {@code last_hidden_state} and the layers' stages.
     *
     * @param input new tokens; its mask hides padding among these and all earlier tokens, its places go on behind the
     *     earlier tokens where none are given
     * @return [batch, tokens, width], float32
     */
    public abstract NDArray states(TextInput input, Pass pass);

    /** The table of words, of a model that reads other tokens among them: {@link TextInput#withVectors}. */
    protected Optional<TokenEmbedding> words() {
        return Optional.empty();
    }

    /** Whether other tokens than words may stand among these. */
    public final boolean readsVectors() {
        return words().isPresent();
    }

    /**
     * The vectors of words, for {@link TextInput#withVectors}: what the first layer takes of ids, without places.
     *
     * @param ids [batch, tokens], int64
     * @return [batch, tokens, width], float32
     * @throws IllegalArgumentException if an id isn't in the vocabulary, or the model reads nothing but words
     */
    public final NDArray embed(NDArray ids, Pass pass) {
        Check.that(
                readsVectors(),
                "%s reads nothing but words; Llama and its kin, OPT, GPT-2 and T5 read others among them.",
                getClass().getSimpleName());
        return words().orElseThrow().forward(ids, pass);
    }

    /** What the first layer takes: the input's vectors, or those of its words. */
    final NDArray tokens(TextInput input, Pass pass) {
        TokenEmbedding table = words().orElseThrow();
        if (input.vectors().isEmpty()) {
            return table.forward(input.ids(), pass);
        }
        return fitting(input.vectors().get(), table);
    }

    private static NDArray fitting(NDArray vectors, TokenEmbedding table) {
        long width = vectors.getShape().get(2);
        Check.that(width == table.width(), "Tokens are %d wide; the model's are %d.", width, table.width());
        return vectors;
    }

    /**
     * Scores before softmax of what follows each token: [..., width] to [..., vocabulary], float32. Records nothing.
     *
     * @throws IllegalArgumentException if there is no head
     */
    public NDArray logits(NDArray states, Pass pass) {
        Check.that(head.isPresent(), "This model was loaded without a head, so it gives no scores.");
        return head.get().forward(states, pass);
    }

    /** Whether there are scores: a base model has none. */
    public boolean hasHead() {
        return head.isPresent();
    }

    /**
     * Most tokens of a sequence, as far as the model's positions reach; {@link Integer#MAX_VALUE} if they have no end.
     */
    public abstract int maxTokens();

    /**
     * Whether what a token gives attention stays the same however long its text becomes: then what was read of a text
     * serves another one that begins alike.
     */
    public boolean readsOnce() {
        return true;
    }

    /** Number of ids that the model knows. */
    public abstract int vocabulary();

    /** The tokens' vectors: those of their ids and, where segments are told, those of the ids that stand for these. */
    static NDArray embedded(TextInput input, TokenEmbedding words, Pass pass) {
        NDArray x = input.vectors()
                .map(vectors -> fitting(vectors, words))
                .orElseGet(() -> words.forward(input.ids(), pass)); // [batch, tokens, width]
        return input.segments().map(ids -> x.add(words.forward(ids, pass))).orElse(x);
    }

    @Override
    public void prepareFor(Operations operations) {
        Operations steps = hasHead() ? operations.stepping(ModelSize.of(this).parameters()) : operations;
        usual = Optional.of(operations);
        stepping = Optional.of(steps);
        super.prepareFor(steps);
    }

    /** The same pass by operations for writing token by token, if the model was prepared for them. */
    public final Pass stepping(Pass pass) {
        boolean known = usual.isPresent() && usual.get() == pass.operations();
        return known ? pass.withOperations(stepping.orElseThrow()) : pass;
    }

    /** What passes of many tokens are computed with. */
    final Operations usual() {
        return usual.orElseThrow();
    }

    /** The pass in which no token sees padding, or a token behind itself. */
    protected static Pass causal(TextInput input, Pass pass) {
        return pass.withMask(AttentionMask.CAUSAL.and(input.mask()));
    }

    /** Where the input's tokens stand: as it says, or behind those of earlier passes; [batch or 1, tokens], int64. */
    protected static NDArray places(TextInput input, Pass pass) {
        return input.places().orElseGet(() -> {
            int first = Math.toIntExact(pass.earlierTokens());
            int tokens = Math.toIntExact(input.ids().getShape().get(1));
            return input.ids()
                    .getManager()
                    .arange(first, first + tokens, 1, DataType.INT64)
                    .reshape(1, tokens);
        });
    }

    @Override
    public NDArray forward(NDArray ids, Pass pass) {
        NDArray states = states(TextInput.of(ids), pass);
        return hasHead() ? logits(states, pass) : states;
    }
}
