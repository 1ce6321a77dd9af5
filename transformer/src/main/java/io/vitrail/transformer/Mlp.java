package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/** The feed-forward part: two linear layers, an activation between (Vaswani et al. 2017, equation 2). [..., width] to the same. */
public final class Mlp extends TensorBlock {
    private final Linear expand;
    private final Linear contract;

    public Mlp(int width, int mlpWidth, Activation activation) {
        this(width, mlpWidth, activation, Bias.PRESENT);
    }

    public Mlp(int width, int mlpWidth, Activation activation, Bias bias) {
        expand = part("expand", new Linear(width, mlpWidth, bias, activation));
        contract = part("contract", new Linear(mlpWidth, width, bias, Activation.LINEAR));
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        x = expand.forward(x, pass); // [..., mlpWidth]
        return contract.forward(x, pass); // [..., width]
    }

    @Override
    public NDArray forwardOnto(NDArray residual, NDArray x, Pass pass) {
        return contract.forwardOnto(residual, expand.forward(x, pass), pass);
    }
}
