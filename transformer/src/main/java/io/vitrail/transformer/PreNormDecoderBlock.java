package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/**
 * Pre-norm decoder block: a {@link PreNormBlock} with attention to the pass's context between its two halves (Vaswani
 * et al. 2017, section 3.1, with the norms of Xiong et al. 2020). Where a pass has no context, that part is left out.
 * [batch, tokens, width] to the same.
 */
public final class PreNormDecoderBlock extends TensorBlock {
    private final TensorBlock norm1;
    private final TensorBlock attention;
    private final TensorBlock contextNorm;
    private final CrossAttention contextAttention;
    private final TensorBlock norm2;
    private final TensorBlock mlp;

    public PreNormDecoderBlock(
            TensorBlock norm1,
            TensorBlock attention,
            TensorBlock contextNorm,
            CrossAttention contextAttention,
            TensorBlock norm2,
            TensorBlock mlp) {
        this.norm1 = part("norm1", norm1);
        this.attention = part("attention", attention);
        this.contextNorm = part("contextNorm", contextNorm);
        this.contextAttention = part("contextAttention", contextAttention);
        this.norm2 = part("norm2", norm2);
        this.mlp = part("mlp", mlp);
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        x = attention.forwardOnto(x, norm1.forward(x, pass), pass);
        if (pass.context().isPresent()) {
            x = contextAttention.forwardOnto(x, contextNorm.forward(x, pass), pass);
        }
        return mlp.forwardOnto(x, norm2.forward(x, pass), pass);
    }
}
