package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/**
 * The feed-forward part with a gate: (activation(x G) ⊙ x U) D; with SiLU it is SwiGLU (Shazeer 2020, equation 6).
 * [..., width] to the same.
 */
public final class GatedMlp extends TensorBlock {
    private final Linear gate;
    private final Linear up;
    private final Linear down;

    public GatedMlp(int width, int mlpWidth, Activation activation, Bias bias) {
        gate = part("gate", new Linear(width, mlpWidth, bias, activation));
        up = part("up", new Linear(width, mlpWidth, bias, Activation.LINEAR));
        down = part("down", new Linear(mlpWidth, width, bias, Activation.LINEAR));
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        NDArray gated = pass.operations().multiply(gate.forward(x, pass), up.forward(x, pass)); // [..., mlpWidth]
        return down.forward(gated, pass); // [..., width]
    }
}
