package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/**
 * Post-norm decoder block, as in the original Transformer (Vaswani et al. 2017, section 3.1): a {@link PostNormBlock} with
 * attention to the pass's context between its two halves. [batch, tokens, width] to the same.
 */
public final class PostNormDecoderBlock extends TensorBlock {
    private final TensorBlock attention;
    private final TensorBlock norm1;
    private final CrossAttention contextAttention;
    private final TensorBlock norm2;
    private final TensorBlock mlp;
    private final TensorBlock norm3;

    public PostNormDecoderBlock(
            TensorBlock attention,
            TensorBlock norm1,
            CrossAttention contextAttention,
            TensorBlock norm2,
            TensorBlock mlp,
            TensorBlock norm3) {
        this.attention = part("attention", attention);
        this.norm1 = part("norm1", norm1);
        this.contextAttention = part("contextAttention", contextAttention);
        this.norm2 = part("norm2", norm2);
        this.mlp = part("mlp", mlp);
        this.norm3 = part("norm3", norm3);
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        Operations operations = pass.operations();
        NDArray attended = attention.forward(x, pass);
        x = norm1.forward(operations.residual(x, attended), pass);
        NDArray asked = contextAttention.forward(x, pass);
        x = norm2.forward(operations.residual(x, asked), pass);
        NDArray transformed = mlp.forward(x, pass);
        return norm3.forward(operations.residual(x, transformed), pass);
    }
}
