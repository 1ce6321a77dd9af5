package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

/** A model that is trained by an adapter: the passes of DJL's trainer compute with it. Its inputs and outputs are the model's. */
public final class AdaptedModel extends TensorBlock {
    private final TensorBlock model;
    private final Adapter adapter;

    /**
     * @param adapted the model; which of its own weights are trained, their parameters say
     * @param change the adapter's own weights, a part of this block
     */
    public <A extends TensorBlock & Adapter> AdaptedModel(TensorBlock adapted, A change) {
        model = part("model", adapted);
        adapter = part("adapter", change);
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        return model.forward(x, pass.withAdapter(adapter));
    }

    @Override
    protected NDList forward(NDList inputs, Pass pass) {
        return model.forward(inputs, pass.withAdapter(adapter));
    }
}
