package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/**
 * Pre-norm encoder block whose residual branches have a layer scale (Touvron et al. 2021, CaiT, equation 2). It differs from
 * {@link PreNormBlock} in that alone. [batch, tokens, width] to the same.
 */
public final class ScaledPreNormBlock extends TensorBlock {
    private final TensorBlock norm1;
    private final TensorBlock attention;
    private final LayerScale scale1;
    private final TensorBlock norm2;
    private final TensorBlock mlp;
    private final LayerScale scale2;

    public ScaledPreNormBlock(
            TensorBlock norm1,
            TensorBlock attention,
            LayerScale scale1,
            TensorBlock norm2,
            TensorBlock mlp,
            LayerScale scale2) {
        this.norm1 = part("norm1", norm1);
        this.attention = part("attention", attention);
        this.scale1 = part("scale1", scale1);
        this.norm2 = part("norm2", norm2);
        this.mlp = part("mlp", mlp);
        this.scale2 = part("scale2", scale2);
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        x = scale1.residual(x, attention.forward(norm1.forward(x, pass), pass), pass);
        return scale2.residual(x, mlp.forward(norm2.forward(x, pass), pass), pass);
    }
}
