package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/**
 * Multi-head cross-attention (Vaswani et al. 2017, section 3.2.3): the tokens of one stream ask those of another, the
 * pass's context. It differs from {@link SelfAttention} only in where keys and values come from. A trace calls its
 * weights {@code cross_attentions}.
 */
public final class CrossAttention extends TensorBlock {
    private static final String TRACED_AS = "cross_";

    private final AttentionConfig config;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear output;

    /** @param contextWidth width of the tokens that are asked */
    public CrossAttention(AttentionConfig config, int contextWidth) {
        this.config = config;
        int width = config.width();
        query = part("query", new Linear(width, config.queryWidth(), config.queryBias(), Activation.LINEAR));
        key = part("key", new Linear(contextWidth, config.keyValueWidth(), config.keyBias(), Activation.LINEAR));
        value = part("value", new Linear(contextWidth, config.keyValueWidth(), config.valueBias(), Activation.LINEAR));
        output = part("output", new Linear(config.queryWidth(), width, config.outputBias(), Activation.LINEAR));
    }

    /**
     * The stream asks the pass's context, or itself where there is none: [batch, tokens, width] to the same. Several
     * rows of the batch may ask one row of the context: row i asks context i / (batch / contexts). Where the pass has a
     * cache, keys and values are computed once.
     */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        return forward(x, pass.context().orElseGet(() -> new Tokens(x, pass.mask())), pass);
    }

    /**
     * @param x [batch, tokens, width]
     * @param context vectors [contexts, contextTokens, contextWidth]; batch must be a multiple of contexts
     * @return [batch, tokens, width]
     */
    public NDArray forward(NDArray x, Tokens context, Pass pass) {
        KeyValue asked =
                pass.asked(() -> keyValue(Scope.lend(context.vectors(), x.getManager()), pass), x.getManager());
        NDArray q = Heads.split(query.forward(x, pass), config.heads()); // [batch, heads, tokens, headWidth]
        Pass crossing = pass.withMask(context.mask()).withTrace(pass.trace().prefixed(TRACED_AS));
        NDArray mixed = Attention.shared(q, asked.k(), asked.v(), config.scale(), crossing);
        return output.forward(Heads.join(mixed), pass); // [batch, tokens, width]
    }

    private KeyValue keyValue(NDArray context, Pass pass) {
        NDArray k = Heads.split(key.forward(context, pass), config.keyValueHeads());
        NDArray v = Heads.split(value.forward(context, pass), config.keyValueHeads());
        return new KeyValue(k, v); // [contexts, heads, contextTokens, headWidth]
    }
}
