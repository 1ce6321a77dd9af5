package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
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
        if (stacked.isEmpty()) {
            return pass.operations().multiply(gate.forward(x, pass), up.forward(x, pass));
        }
        boolean adapted =
                pass.adaptation(gate).isPresent() || pass.adaptation(up).isPresent();
        return adapted ? adapted(x, pass) : pass.operations().gated(x, stacked.get(), activation);
    }

    /** The same of a pass with an adapter, once prepared. */
    private NDArray adapted(NDArray x, Pass pass) {
        Affine both = stacked.orElseThrow();
        NDList halves = pass.operations()
                .linear(x, both, Activation.LINEAR)
                .split(new long[] {both.outWidth() / 2}, x.getShape().dimension() - 1);
        NDArray g = gate.adapted(halves.get(0), x, pass);
        NDArray u = up.adapted(halves.get(1), x, pass);
        return pass.operations().multiply(pass.operations().activate(g, activation), u);
    }

    @Override
    public void prepareFor(Operations operations) {
        stacked = Optional.of(Affine.stack(gate.loaded(), up.loaded()).preparedFor(operations));
        gate.release();
        up.release();
        down.prepareFor(operations);
    }
}
