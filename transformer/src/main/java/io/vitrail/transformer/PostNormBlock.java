package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/** Post-norm encoder block, as in the original Transformer (Vaswani et al. 2017, section 3.1). [batch, tokens, width] to the same. */
public final class PostNormBlock extends TensorBlock {
    private final TensorBlock attention;
    private final TensorBlock norm1;
    private final TensorBlock mlp;
    private final TensorBlock norm2;

    public PostNormBlock(TensorBlock attention, TensorBlock norm1, TensorBlock mlp, TensorBlock norm2) {
        this.attention = part("attention", attention);
        this.norm1 = part("norm1", norm1);
        this.mlp = part("mlp", mlp);
        this.norm2 = part("norm2", norm2);
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        x = norm1.forward(attention.forwardOnto(x, x, pass), pass);
        return norm2.forward(mlp.forwardOnto(x, x, pass), pass);
    }
}
