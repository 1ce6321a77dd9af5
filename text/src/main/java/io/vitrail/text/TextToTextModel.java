package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Tokens;

/**
 * An encoder that reads a text and a decoder that writes another, asking the first by cross-attention: the original
 * Transformer and its kin. The decoder's passes carry the encoder's tokens as their context. As a DJL block it reads
 * ids [batch, tokens] and scores their being written again.
 */
public abstract class TextToTextModel extends TextDecoder {
    /**
     * The text that is read, for {@link Pass#withContext}; padding stays hidden. Records {@code last_hidden_state} and
     * the layers' stages.
     */
    public abstract Tokens encode(TextInput input, Pass pass);

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
        NDArray states = states(text, pass.withContext(encode(text, pass)));
        return hasHead() ? logits(states, pass) : states;
    }
}
