package io.vitrail.transformer;

/**
 * Sizes and biases of one multi-head attention.
 *
 * @param width of the tokens that ask, and of the result
 * @param heads number of heads; width must be a multiple of it
 * @param queryBias whether the projection to queries has a bias; likewise the others
 */
public record AttentionConfig(int width, int heads, Bias queryBias, Bias keyBias, Bias valueBias, Bias outputBias) {
    public AttentionConfig {
        Check.that(heads > 0 && width > 0, "Attention needs positive width and heads, not %d and %d.", width, heads);
        Check.that(width % heads == 0, "width (%d) must be divisible by heads (%d)", width, heads);
    }

    /** With a bias everywhere. */
    public static AttentionConfig of(int width, int heads) {
        return new AttentionConfig(width, heads, Bias.PRESENT, Bias.PRESENT, Bias.PRESENT, Bias.PRESENT);
    }

    /** With the same choice of bias for queries, keys and values. */
    public AttentionConfig withQueryKeyValueBias(Bias bias) {
        return new AttentionConfig(width, heads, bias, bias, bias, outputBias);
    }

    /** Width of one head: the last axis of queries, keys and values. */
    public int headWidth() {
        return width / heads;
    }

    /** The factor on the scores: 1 / √headWidth. */
    public float scale() {
        return (float) (1 / Math.sqrt(headWidth()));
    }
}
