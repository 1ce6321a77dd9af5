package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;

/**
 * Multi-head cross-attention (Vaswani et al. 2017, section 3.2.3): the tokens of one stream ask those of another, the
 * pass's context. It differs from {@link SelfAttention} only in where keys and values come from. A trace calls its
 * weights {@code cross_attentions}.
 */
public final class CrossAttention extends TensorBlock {
    private static final String TRACED_AS = "cross_";

    private final AttentionConfig config;
    private final Optional<TokenNorm> contextNorm;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear output;

    /** @param contextWidth width of the tokens that are asked */
    public CrossAttention(AttentionConfig config, int contextWidth) {
        this(config, contextWidth, Optional.empty());
    }

    /** The same, where the tokens that are asked have a norm of their own before the projections. */
    public static CrossAttention ofNormed(AttentionConfig config, int contextWidth, float normEpsilon) {
        return new CrossAttention(config, contextWidth, Optional.of(new TokenNorm(contextWidth, normEpsilon)));
    }

    private CrossAttention(AttentionConfig config, int contextWidth, Optional<TokenNorm> norm) {
        this.config = config;
        contextNorm = norm.map(block -> part("contextNorm", block));
        int width = config.width();
        query = part("query", new Linear(width, config.queryWidth(), config.queryBias(), Activation.LINEAR));
        key = part("key", new Linear(contextWidth, config.keyValueWidth(), config.keyBias(), Activation.LINEAR));
        value = part("value", new Linear(contextWidth, config.keyValueWidth(), config.valueBias(), Activation.LINEAR));
        output = part("output", new Linear(config.queryWidth(), width, config.outputBias(), Activation.LINEAR));
    }

    /**
     * The stream asks the pass's context: [batch, tokens, width] to the same. Several rows of the batch may ask one row
     * of the context: row i asks context i / (batch / contexts). Where the pass has a cache, keys and values are
     * computed once.
     *
     * @throws IllegalArgumentException if the pass has no context
     */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        Check.that(pass.context().isPresent(), "Cross-attention asks the pass's context, but the pass has none.");
        return forward(x, pass.context().get(), pass);
    }

    /**
     * @param x [batch, tokens, width]
     * @param context vectors [contexts, contextTokens, contextWidth]; batch must be a multiple of contexts
     * @return [batch, tokens, width]
     */
    public NDArray forward(NDArray x, Tokens context, Pass pass) {
        NDManager manager = x.getManager();
        KeyValue asked = pass.past()
                .asked(() -> keyValue(Scope.lend(context.vectors(), manager), pass), manager, pass.operations());
        NDArray q = Heads.split(query.forward(x, pass), config.heads()); // [batch, heads, tokens, headWidth]
        Pass crossing = pass.withMask(context.mask()).withTrace(pass.trace().prefixed(TRACED_AS));
        NDArray mixed = Attention.shared(q, asked.k(), asked.v(), config.scale(), crossing);
        return output.forward(Heads.join(mixed), pass); // [batch, tokens, width]
    }

    /** What is asked is projected once, all its tokens together. */
    @Override
    protected Operations operationsFor(TensorBlock part, Operations operations) {
        return part == key || part == value ? operations.reading() : operations;
    }

    private KeyValue keyValue(NDArray context, Pass pass) {
        NDArray x = contextNorm.map(norm -> norm.forward(context, pass)).orElse(context);
        NDArray k = Heads.split(key.forward(x, pass), config.keyValueHeads());
        NDArray v = Heads.split(value.forward(x, pass), config.keyValueHeads());
        return new KeyValue(k, v); // [contexts, heads, contextTokens, headWidth]
    }
}
