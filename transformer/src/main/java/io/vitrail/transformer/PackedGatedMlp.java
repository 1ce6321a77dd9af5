package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/**
 * The feed-forward part with a gate, as {@link GatedMlp}, but with both matrices of the first layer stored as one:
 * (activation(g) ⊙ u) D with [g, u] = x W. [..., width] to the same.
 */
public final class PackedGatedMlp extends TensorBlock {
    private final Activation activation;
    private final Linear gateAndUp;
    private final Linear down;

    public PackedGatedMlp(int width, int mlpWidth, Activation activation) {
        this.activation = activation;
        gateAndUp = part("gateAndUp", new Linear(width, 2 * mlpWidth));
        down = part("down", new Linear(mlpWidth, width));
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        NDArray gated = pass.operations().gated(x, gateAndUp.affine(x, pass), activation); // [..., mlpWidth]
        return down.forward(gated, pass); // [..., width]
    }
}
