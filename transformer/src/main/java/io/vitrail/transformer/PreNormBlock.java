package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/** Pre-norm encoder block (Dosovitskiy et al. 2020, equations 2 and 3). [batch, tokens, width] to the same. */
public final class PreNormBlock extends TensorBlock {
    private final TensorBlock norm1;
    private final TensorBlock attention;
    private final TensorBlock norm2;
    private final TensorBlock mlp;

    public PreNormBlock(TensorBlock norm1, TensorBlock attention, TensorBlock norm2, TensorBlock mlp) {
        this.norm1 = part("norm1", norm1);
        this.attention = part("attention", attention);
        this.norm2 = part("norm2", norm2);
        this.mlp = part("mlp", mlp);
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        x = attention.forwardOnto(x, norm1.forward(x, pass), pass);
        return mlp.forwardOnto(x, norm2.forward(x, pass), pass);
    }
}
