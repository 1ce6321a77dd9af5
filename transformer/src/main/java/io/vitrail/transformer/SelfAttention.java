package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/**
 * Multi-head self-attention (Vaswani et al. 2017, section 3.2): every token asks all tokens, those of earlier passes too where a
 * cache keeps them. [batch, tokens, width] to the same.
 */
public final class SelfAttention extends TensorBlock {
    private final AttentionConfig config;
    private final AttentionMask own;
    private final QueryKeyValue projections;
    private final Linear output;

    public SelfAttention(AttentionConfig config) {
        this(config, AttentionMask.NONE);
    }

    /** @param own what this attention hides besides what the pass's mask hides, where layers differ */
    public SelfAttention(AttentionConfig config, AttentionMask own) {
        this.config = config;
        this.own = own;
        projections = part("projections", new QueryKeyValue(config));
        output =
                part("output", new Linear(config.queryWidth(), config.width(), config.outputBias(), Activation.LINEAR));
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        return output.forward(mixed(x, pass), pass); // [batch, tokens, width]
    }

    @Override
    public NDArray forwardOnto(NDArray residual, NDArray x, Pass pass) {
        return output.forwardOnto(residual, mixed(x, pass), pass);
    }

    /** The values that each token asked for, all heads side by side: [batch, tokens, heads · headWidth]. */
    private NDArray mixed(NDArray x, Pass pass) {
        Projected projected = projections.project(x, pass);
        return Attention.toItself(projected, config.scale(), pass.withMask(own.and(pass.mask())));
    }
}
