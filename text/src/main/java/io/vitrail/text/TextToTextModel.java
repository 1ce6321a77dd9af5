package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.Tokens;

/**
 * An encoder that reads a text and a decoder that writes another, asking the first by cross-attention: the original
 * Transformer and its kin. The decoder's passes carry the encoder's tokens as their context. As a DJL block it reads
 * ids [batch, tokens] and scores their being written again; or, to learn from answers that are known (teacher forcing),
 * it reads ids [batch, tokens] and which of them are real, and scores what follows each of the ids [batch, written]
 * that were written. Padding behind these needs no mask: no earlier token sees it.
 */
public abstract class TextToTextModel extends TextDecoder {
    /**
     * The text that is read, for {@link Pass#withContext}; padding stays hidden. Records {@code last_hidden_state} and
     * the layers' stages.
     */
    public abstract Tokens encode(TextInput input, Pass pass);

    /** The part that reads. */
    abstract TensorBlock encoder();

    /** A text is read in one pass, not token by token. */
    @Override
    protected Operations operationsFor(TensorBlock part, Operations operations) {
        return part == encoder() ? usual() : operations;
    }

    /** Most tokens of the text that is read; {@link Integer#MAX_VALUE} if its positions have no end. */
    public abstract int maxSourceTokens();

    /** The input's tokens, not yet encoded, with the mask that every later attention to them needs. */
    static Tokens source(NDArray vectors, TextInput input) {
        Check.that(
                !(input.mask() instanceof AttentionMask.Bias),
                "A text that is read needs a mask [batch, tokens]: which tokens are padding.");
        return new Tokens(vectors, input.mask());
    }

    /** The decoder's pass: no token sees padding or a token behind itself, and all ask the text that was read. */
    static Pass writing(TextInput input, Pass pass) {
        Check.that(pass.context().isPresent(), "The pass has no context: the text that was read is missing.");
        return causal(input, pass);
    }

    @Override
    public NDArray forward(NDArray ids, Pass pass) {
        TextInput text = TextInput.of(ids);
        return answer(text, text, pass);
    }

    @Override
    protected NDList forward(NDList inputs, Pass pass) {
        if (inputs.size() == 1) {
            return super.forward(inputs, pass);
        }
        Check.that(
                inputs.size() == 3,
                "Ids that are read, which of them are real, and ids that are written are 3 arrays, not %d.",
                inputs.size());
        TextInput read = TextInput.of(inputs.get(0)).withMask(inputs.get(1));
        return new NDList(answer(read, TextInput.of(inputs.get(2)), pass));
    }

    /** Scores of what follows each written token, or its vector without a head: [batch, written, vocabulary or width]. */
    private NDArray answer(TextInput read, TextInput written, Pass pass) {
        NDArray states = states(written, pass.withContext(encode(read, pass)));
        return hasHead() ? logits(states, pass) : states;
    }
}
