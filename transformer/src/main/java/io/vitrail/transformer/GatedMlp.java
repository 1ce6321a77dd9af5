package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * The feed-forward part with a gate: (activation(x G) ⊙ x U) D; with SiLU it is SwiGLU (Shazeer 2020, equation 6).
 * [..., width] to the same. Prepared for inference, G and U are one product, for x is then read once.
 */
public final class GatedMlp extends TensorBlock {
    private final Activation activation;
    private final Linear gate;
    private final Linear up;
    private final Linear down;
    private Optional<Affine> stacked = Optional.empty();

    public GatedMlp(int width, int mlpWidth, Activation activation, Bias bias) {
        this.activation = activation;
        gate = part("gate", new Linear(width, mlpWidth, bias, activation));
        up = part("up", new Linear(width, mlpWidth, bias, Activation.LINEAR));
        down = part("down", new Linear(mlpWidth, width, bias, Activation.LINEAR));
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        return down.forward(gated(x, pass), pass); // [..., width]
    }

    @Override
    public NDArray forwardOnto(NDArray residual, NDArray x, Pass pass) {
        return down.forwardOnto(residual, gated(x, pass), pass);
    }

    /** activation(x G) ⊙ x U: [..., mlpWidth]. */
    private NDArray gated(NDArray x, Pass pass) {
        return stacked.map(affine -> pass.operations().gated(x, affine, activation))
                .orElseGet(() -> pass.operations().multiply(gate.forward(x, pass), up.forward(x, pass)));
    }

    @Override
    public void prepareFor(Operations operations) {
        stacked = Optional.of(Affine.stack(gate.loaded(), up.loaded()).preparedFor(operations));
        gate.release();
        up.release();
        down.prepareFor(operations);
    }
}
