package io.vitrail.transformer;

/**
 * Sizes of a stack of equal Transformer blocks.
 *
 * @param width of the tokens; the papers' D or d_model
 * @param depth number of blocks; the papers' L
 * @param heads of each attention
 * @param mlpWidth width between the two layers of the MLP
 * @param normEpsilon added to the variance in norms
 * @param activation of the MLP
 * @param queryKeyValueBias whether the attention's projections have biases
 */
public record EncoderConfig(
        int width,
        int depth,
        int heads,
        int mlpWidth,
        float normEpsilon,
        Activation activation,
        Bias queryKeyValueBias) {

    public EncoderConfig {
        Check.that(width > 0, "width (%d) must be positive", width);
        Check.that(width <= ModelLimits.WIDTH, "width (%d) must be at most %d", width, ModelLimits.WIDTH);
        Check.that(
                depth >= 0 && depth <= ModelLimits.DEPTH, "depth (%d) must be from 0 to %d", depth, ModelLimits.DEPTH);
        Check.that(heads > 0 && width % heads == 0, "width (%d) must be divisible by heads (%d)", width, heads);
        Check.that(mlpWidth > 0, "mlpWidth (%d) must be positive", mlpWidth);
        Check.that(normEpsilon >= 0, "normEpsilon (%s) must not be negative", normEpsilon);
    }

    /** Width of one head: the last axis of queries, keys and values. */
    public int headWidth() {
        return width / heads;
    }

    /** The attention of one block. */
    public AttentionConfig attention() {
        return AttentionConfig.of(width, heads).withQueryKeyValueBias(queryKeyValueBias);
    }

    /** A norm as the blocks have it. */
    public TokenNorm norm() {
        return new TokenNorm(width, normEpsilon);
    }

    /** A pre-norm encoder of these sizes: the Vision Transformer's. */
    public Encoder preNormEncoder() {
        return new Encoder(
                depth,
                i -> new PreNormBlock(
                        norm(), new SelfAttention(attention()), norm(), new Mlp(width, mlpWidth, activation)));
    }

    /** A post-norm encoder of these sizes: the original Transformer's. */
    public Encoder postNormEncoder() {
        return new Encoder(
                depth,
                i -> new PostNormBlock(
                        new SelfAttention(attention()), norm(), new Mlp(width, mlpWidth, activation), norm()));
    }

    /**
     * A post-norm decoder of these sizes: the original Transformer's.
     *
     * @param contextWidth width of the tokens that its cross-attention asks
     */
    public Encoder postNormDecoder(int contextWidth) {
        return new Encoder(
                depth,
                i -> new PostNormDecoderBlock(
                        new SelfAttention(attention()),
                        norm(),
                        new CrossAttention(attention(), contextWidth),
                        norm(),
                        new Mlp(width, mlpWidth, activation),
                        norm()));
    }
}
