package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * What a text encoder makes of a batch of texts.
 *
 * @param input that went in
 * @param tokens [batch, tokens, width]
 * @param pooled [batch, width]: the first token, as the model's pooler prepares it for heads, if it has one
 */
public record TextFeatures(TextInput input, NDArray tokens, Optional<NDArray> pooled) {
    /** The first token of each text, which stands for the whole: [batch, width]. */
    public NDArray first() {
        return tokens.get(":, 0");
    }

    /** The mean over the tokens of each text, padding excepted: [batch, width]. */
    public NDArray mean() {
        NDArray real = input.real(); // [batch, tokens, 1]
        NDArray sum = tokens.mul(real).sum(new int[] {1});
        return sum.div(real.sum(new int[] {1}).maximum(1e-9f));
    }
}
