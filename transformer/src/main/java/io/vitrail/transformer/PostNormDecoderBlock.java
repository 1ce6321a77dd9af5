package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/**
 * Post-norm decoder block, as in the original Transformer (Vaswani et al. 2017, section 3.1): a {@link PostNormBlock}
 * with attention to the pass's context between its two halves. Where a pass has no context, that part is left out.
 * [batch, tokens, width] to the same.
 */
public final class PostNormDecoderBlock extends TensorBlock {
    private final TensorBlock attention;
    private final TensorBlock norm1;
    private final CrossAttention contextAttention;
    private final TensorBlock contextNorm;
    private final TensorBlock mlp;
    private final TensorBlock norm2;

    public PostNormDecoderBlock(
            TensorBlock attention,
            TensorBlock norm1,
            CrossAttention contextAttention,
            TensorBlock contextNorm,
            TensorBlock mlp,
            TensorBlock norm2) {
        this.attention = part("attention", attention);
        this.norm1 = part("norm1", norm1);
        this.contextAttention = part("contextAttention", contextAttention);
        this.contextNorm = part("contextNorm", contextNorm);
        this.mlp = part("mlp", mlp);
        this.norm2 = part("norm2", norm2);
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        x = norm1.forward(attention.forwardOnto(x, x, pass), pass);
        if (pass.context().isPresent()) {
            x = contextNorm.forward(contextAttention.forwardOnto(x, x, pass), pass);
        }
        return norm2.forward(mlp.forwardOnto(x, x, pass), pass);
    }
}
