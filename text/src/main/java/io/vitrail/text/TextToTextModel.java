package io.vitrail.text;

import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Tokens;

/**
 * An encoder that reads a text and a decoder that writes another, asking the first by cross-attention: the original Transformer
 * and its kin. The decoder's passes carry the encoder's tokens as their context.
 */
public abstract class TextToTextModel extends TextDecoder {
    /** The text that is read, for {@link Pass#withContext}; padding stays hidden. */
    public abstract Tokens encode(TextInput input, Pass pass);

    /** Most tokens of the text that is read; {@link Integer#MAX_VALUE} if its positions have no end. */
    public abstract int maxSourceTokens();
}
