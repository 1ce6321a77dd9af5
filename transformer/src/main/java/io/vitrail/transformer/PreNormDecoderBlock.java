package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/**
 * Pre-norm decoder block: a {@link PreNormBlock} with attention to the pass's context between its two halves (Vaswani et al. 2017,
 * section 3.1, with the norms of Xiong et al. 2020). [batch, tokens, width] to the same.
 */
public final class PreNormDecoderBlock extends TensorBlock {
    private final TensorBlock norm1;
    private final TensorBlock attention;
    private final TensorBlock norm2;
    private final CrossAttention contextAttention;
    private final TensorBlock norm3;
    private final TensorBlock mlp;

    public PreNormDecoderBlock(
            TensorBlock norm1,
            TensorBlock attention,
            TensorBlock norm2,
            CrossAttention contextAttention,
            TensorBlock norm3,
            TensorBlock mlp) {
        this.norm1 = part("norm1", norm1);
        this.attention = part("attention", attention);
        this.norm2 = part("norm2", norm2);
        this.contextAttention = part("contextAttention", contextAttention);
        this.norm3 = part("norm3", norm3);
        this.mlp = part("mlp", mlp);
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        Operations operations = pass.operations();
        x = operations.residual(x, attention.forward(norm1.forward(x, pass), pass));
        x = operations.residual(x, contextAttention.forward(norm2.forward(x, pass), pass));
        return operations.residual(x, mlp.forward(norm3.forward(x, pass), pass));
    }
}
