package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/** How an {@link Adapter} changes one layer: y = x Wᵀ + b, or an embedding's vectors y of the ids x. Thread-safe. */
@FunctionalInterface
public interface Adaptation {
    /**
     * What a linear layer gives instead, before its activation: [..., inWidth] to [..., outWidth].
     *
     * @param affine the layer's own weights, as the pass's operations take them
     */
    default NDArray instead(NDArray x, Affine affine, Pass pass) {
        return onto(pass.operations().linear(x, affine, Activation.LINEAR), x, pass);
    }

    /**
     * What the layer gives instead, before its activation.
     *
     * @param y [..., outWidth], what it computes by itself; it must not be used afterwards
     * @param x [..., inWidth], what it computes that from; of an embedding, ids
     * @return [..., outWidth]
     */
    NDArray onto(NDArray y, NDArray x, Pass pass);
}
