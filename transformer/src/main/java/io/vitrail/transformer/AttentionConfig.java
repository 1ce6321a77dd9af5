package io.vitrail.transformer;

/**
 * Sizes and biases of one multi-head attention.
 *
 * @param width of the tokens that ask, and of the result
 * @param heads number of heads that ask
 * @param keyValueHeads number of heads that are asked: each serves a group of asking heads of equal size (Ainslie et al. 2023,
 *     "GQA"); the same as {@code heads} in the original Transformer
 * @param headWidth width of one head: the last axis of queries, keys and values
 * @param scale the factor on the scores
 * @param queryBias whether the projection to queries has a bias; likewise the others
 */
public record AttentionConfig(
        int width,
        int heads,
        int keyValueHeads,
        int headWidth,
        float scale,
        Bias queryBias,
        Bias keyBias,
        Bias valueBias,
        Bias outputBias) {
    public AttentionConfig {
        Check.that(heads > 0 && width > 0, "Attention needs positive width and heads, not %d and %d.", width, heads);
        Check.that(headWidth > 0, "headWidth (%d) must be positive", headWidth);
        Check.that(
                keyValueHeads > 0 && heads % keyValueHeads == 0,
                "heads (%d) must be divisible by keyValueHeads (%d)",
                heads,
                keyValueHeads);
        Math.multiplyExact(heads, headWidth);
    }

    /** Heads that share the width and ask as many; the factor on the scores is 1 / √headWidth. */
    public AttentionConfig(int width, int heads, Bias queryBias, Bias keyBias, Bias valueBias, Bias outputBias) {
        this(
                width,
                heads,
                heads,
                share(width, heads),
                root(share(width, heads)),
                queryBias,
                keyBias,
                valueBias,
                outputBias);
    }

    private static int share(int width, int heads) {
        Check.that(heads > 0 && width > 0, "Attention needs positive width and heads, not %d and %d.", width, heads);
        Check.that(width % heads == 0, "width (%d) must be divisible by heads (%d)", width, heads);
        return width / heads;
    }

    private static float root(int headWidth) {
        return (float) (1 / Math.sqrt(headWidth));
    }

    /** With a bias everywhere. */
    public static AttentionConfig of(int width, int heads) {
        return new AttentionConfig(width, heads, Bias.PRESENT, Bias.PRESENT, Bias.PRESENT, Bias.PRESENT);
    }

    /** With the same choice of bias for queries, keys and values. */
    public AttentionConfig withQueryKeyValueBias(Bias bias) {
        return new AttentionConfig(width, heads, keyValueHeads, headWidth, scale, bias, bias, bias, outputBias);
    }

    public AttentionConfig withOutputBias(Bias bias) {
        return new AttentionConfig(width, heads, keyValueHeads, headWidth, scale, queryBias, keyBias, valueBias, bias);
    }

    /** With fewer heads that are asked. */
    public AttentionConfig withKeyValueHeads(int count) {
        return new AttentionConfig(width, heads, count, headWidth, scale, queryBias, keyBias, valueBias, outputBias);
    }

    /** With heads whose widths don't add up to the tokens' width; the factor on the scores is 1 / √headWidth. */
    public AttentionConfig withHeadWidth(int other) {
        return new AttentionConfig(
                width, heads, keyValueHeads, other, root(other), queryBias, keyBias, valueBias, outputBias);
    }

    public AttentionConfig withScale(float factor) {
        return new AttentionConfig(
                width, heads, keyValueHeads, headWidth, factor, queryBias, keyBias, valueBias, outputBias);
    }

    /** Width of all queries of a token together. */
    public int queryWidth() {
        return heads * headWidth;
    }

    /** Width of all keys of a token together, and of all its values. */
    public int keyValueWidth() {
        return keyValueHeads * headWidth;
    }
}
