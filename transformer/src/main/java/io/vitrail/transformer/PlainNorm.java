package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/** Layer normalisation of each token over its width (Ba et al. 2016) with nothing learned: [..., width] to the same. */
public final class PlainNorm extends TensorBlock {
    private final float epsilon;

    public PlainNorm(float epsilon) {
        this.epsilon = epsilon;
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        NDManager manager = x.getManager();
        Shape shape = x.getShape();
        Shape width = new Shape(shape.get(shape.dimension() - 1));
        return pass.operations().layerNorm(x, manager.ones(width), manager.zeros(width), epsilon);
    }
}
