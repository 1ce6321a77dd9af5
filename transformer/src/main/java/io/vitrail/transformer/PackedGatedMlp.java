package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

/**
 * The feed-forward part with a gate, as {@link GatedMlp}, but with both matrices of the first layer stored as one:
 * (activation(g) ⊙ u) D with [g, u] = x W. [batch, tokens, width] to the same.
 */
public final class PackedGatedMlp extends TensorBlock {
    private final int mlpWidth;
    private final Activation activation;
    private final Linear gateAndUp;
    private final Linear down;

    public PackedGatedMlp(int width, int mlpWidth, Activation activation) {
        this.mlpWidth = mlpWidth;
        this.activation = activation;
        gateAndUp = part("gateAndUp", new Linear(width, 2 * mlpWidth));
        down = part("down", new Linear(mlpWidth, width));
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        NDList halves = gateAndUp.forward(x, pass).split(new long[] {mlpWidth}, 2); // each [batch, tokens, mlpWidth]
        NDArray gate = pass.operations().activate(halves.get(0), activation);
        return down.forward(pass.operations().multiply(gate, halves.get(1)), pass); // [batch, tokens, width]
    }
}
