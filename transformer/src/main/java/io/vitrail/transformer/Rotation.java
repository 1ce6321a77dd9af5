package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/** Turns queries and keys by angles that depend on their positions, before they are compared; or leaves them alone. */
@FunctionalInterface
public interface Rotation {
    /** No rotation. */
    Rotation NONE = (heads, operations) -> heads;

    /** [batch, heads, tokens, headWidth] to the same. */
    NDArray apply(NDArray heads, Operations operations);
}
