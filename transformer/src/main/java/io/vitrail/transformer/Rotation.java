package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/** Turns queries and keys by angles that depend on their positions, before they are compared; or leaves them alone. */
@FunctionalInterface
public interface Rotation {
    /** No rotation. */
    Rotation NONE = (heads, operations) -> heads;

    /** [batch, heads, tokens, headWidth] to the same. */
    NDArray apply(NDArray heads, Operations operations);

    /**
     * A rotation by angles.
     *
     * @param cos of each component's angle, float32: [batch, heads, tokens, headWidth] or what broadcasts to it; sin likewise
     */
    record Angles(NDArray cos, NDArray sin) implements Rotation {
        @Override
        public NDArray apply(NDArray heads, Operations operations) {
            return operations.rotate(heads, cos, sin);
        }
    }
}
