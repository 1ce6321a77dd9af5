package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/**
 * Multi-head cross-attention (Vaswani et al. 2017, section 3.2.3): the tokens of one stream ask those of another. It differs
 * from {@link SelfAttention} only in where keys and values come from.
 */
public final class CrossAttention extends TensorBlock {
    private final AttentionConfig config;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear output;

    /** @param contextWidth width of the tokens that are asked */
    public CrossAttention(AttentionConfig config, int contextWidth) {
        this.config = config;
        int width = config.width();
        query = part("query", new Linear(width, width, config.queryBias(), Activation.LINEAR));
        key = part("key", new Linear(contextWidth, width, config.keyBias(), Activation.LINEAR));
        value = part("value", new Linear(contextWidth, width, config.valueBias(), Activation.LINEAR));
        output = part("output", new Linear(width, width, config.outputBias(), Activation.LINEAR));
    }

    /** The stream asks itself; see {@link #forward(NDArray, NDArray, Pass)}. */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        return forward(x, x, pass);
    }

    /**
     * @param x [batch, tokens, width]
     * @param context [batch, contextTokens, contextWidth]
     * @return [batch, tokens, width]
     */
    public NDArray forward(NDArray x, NDArray context, Pass pass) {
        NDArray q = Heads.split(query.forward(x, pass), config.heads()); // [batch, heads, tokens, headWidth]
        NDArray k = Heads.split(key.forward(context, pass), config.heads());
        NDArray v = Heads.split(value.forward(context, pass), config.heads());
        NDArray mixed = Attention.of(q, k, v, config.scale(), pass);
        return output.forward(Heads.join(mixed), pass); // [batch, tokens, width]
    }
}
