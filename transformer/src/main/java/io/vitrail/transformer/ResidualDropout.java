package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.norm.Dropout;

/**
 * Dropout (Srivastava et al. 2014) where the original Transformer has it (Vaswani et al. 2017, section 5.4): of what
 * each sub-layer adds to the stream, and of the tokens that enter a stack of blocks, a share of the numbers is left out
 * and the others grow to make up for it. It serves any model whose steps it computes ({@link TensorBlock#trainWith});
 * what is left out follows from the engine's seed.
 */
public final class ResidualDropout extends ForwardingOperations {
    private final float rate;

    /** @param rate share of the numbers that is left out; the paper's P_drop, 0.1 there */
    public ResidualDropout(Operations operations, float rate) {
        super(operations);
        Check.that(rate >= 0 && rate < 1, "dropout must be in [0, 1), not %s", rate);
        this.rate = rate;
    }

    @Override
    public NDArray drop(NDArray x) {
        return Dropout.dropout(x, rate, true).singletonOrThrow();
    }

    @Override
    public NDArray residual(NDArray x, NDArray update) {
        return super.residual(x, drop(update));
    }

    @Override
    public NDArray residual(NDArray x, NDArray update, NDArray scale) {
        return super.residual(x, drop(update), scale);
    }

    @Override
    public Operations within() {
        return new ResidualDropout(operations.within(), rate);
    }
}
