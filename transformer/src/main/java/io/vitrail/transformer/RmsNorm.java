package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;

/** Root-mean-square normalisation of each token (Zhang and Sennrich 2019): no mean is taken off, no shift added. */
public final class RmsNorm extends TensorBlock {
    private final float epsilon;
    private final Parameter weight;

    public RmsNorm(int width, float epsilon) {
        this.epsilon = epsilon;
        weight = parameter("weight", Parameter.Type.GAMMA, Initializers.ONE, width);
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        return pass.operations().rmsNorm(x, value(weight, x, pass), epsilon);
    }
}
