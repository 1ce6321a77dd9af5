package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;

/** Multiplies each channel of a residual branch by a learned factor that starts small (Touvron et al. 2021, CaiT, equation 2). */
public final class LayerScale extends TensorBlock {
    private final Parameter scale;

    public LayerScale(int width, float initialValue) {
        scale = parameter("scale", Parameter.Type.OTHER, Initializers.constant(initialValue), width);
    }

    /** The branch alone, scaled: [batch, tokens, width] to the same. */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        return pass.operations().multiply(x, value(scale, x, pass));
    }

    /** x + branch · scale; x must not be used afterwards. */
    NDArray residual(NDArray x, NDArray branch, Pass pass) {
        return pass.operations().residual(x, branch, value(scale, x, pass));
    }
}
