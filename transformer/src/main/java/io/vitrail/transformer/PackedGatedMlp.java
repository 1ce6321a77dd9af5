package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

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
        return down.forward(gated(x, pass), pass); // [..., width]
    }

    /** activation(g) ⊙ u: [..., mlpWidth]. */
    private NDArray gated(NDArray x, Pass pass) {
        if (pass.adaptation(gateAndUp).isEmpty()) {
            return pass.operations().gated(x, gateAndUp.affine(x, pass), activation);
        }
        NDList halves = gateAndUp.forward(x, pass).split(2, x.getShape().dimension() - 1);
        return pass.operations().multiply(pass.operations().activate(halves.get(0), activation), halves.get(1));
    }
}
