package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/**
 * Multi-head self-attention (Vaswani et al. 2017, section 3.2): every token asks all tokens, those of earlier passes too where a
 * cache keeps them. [batch, tokens, width] to the same.
 */
public final class SelfAttention extends TensorBlock {
    private final AttentionConfig config;
    private final QueryKeyValue projections;
    private final Linear output;

    public SelfAttention(AttentionConfig config) {
        this.config = config;
        projections = part("projections", new QueryKeyValue(config));
        output =
                part("output", new Linear(config.queryWidth(), config.width(), config.outputBias(), Activation.LINEAR));
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        QueryKeyValue.Split split = projections.split(x, pass);
        NDArray q = pass.rotation().apply(Heads.split(split.q(), config.heads()), pass.operations());
        NDArray k = pass.rotation().apply(Heads.split(split.k(), config.keyValueHeads()), pass.operations());
        NDArray v = Heads.split(split.v(), config.keyValueHeads()); // [batch, keyValueHeads, tokens, headWidth]
        KeyValue seen = pass.seen(new KeyValue(k, v));
        NDArray mixed = Attention.of(q, seen.k(), seen.v(), config.scale(), pass);
        return output.forward(Heads.join(mixed), pass); // [batch, tokens, width]
    }
}
