package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/** Tells each token where it stands in its sequence: each place has a vector, which is added to the token there. */
public abstract class SequencePositions extends TensorBlock {
    /**
     * Adds the vectors of the places given: [batch, tokens, width] to the same.
     *
     * @param places [batch or 1, tokens], int64
     * @throws IllegalArgumentException if a place has no vector
     */
    public abstract NDArray forward(NDArray x, NDArray places, Pass pass);
}
