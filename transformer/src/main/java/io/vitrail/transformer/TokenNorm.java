package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;

/** Layer normalisation of each token over its width (Ba et al. 2016): [..., width] to the same. */
public final class TokenNorm extends TensorBlock {
    private final float epsilon;
    private final Parameter weight;
    private final Parameter bias;

    public TokenNorm(int width, float epsilon) {
        this.epsilon = epsilon;
        weight = parameter("weight", Parameter.Type.GAMMA, Initializers.ONE, width);
        bias = parameter("bias", Parameter.Type.BETA, Initializers.ZERO, width);
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        return pass.operations().layerNorm(x, value(weight, x, pass), value(bias, x, pass), epsilon);
    }
}
