package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * Where the tokens of a pass stand, for attentions that ask.
 *
 * @param rotation turns queries and keys by position
 * @param grid how the tokens of a picture lie
 * @param distances what blocks share that attend by distance: which row of a table each query takes for each key, or
 *     the vectors of the distances
 */
public record Geometry(Rotation rotation, Grid grid, Optional<NDArray> distances) {
    /** Of tokens that carry their positions themselves, or have none. */
    public static final Geometry NONE = new Geometry(Rotation.NONE, Grid.NONE, Optional.empty());

    Geometry with(Rotation other) {
        return new Geometry(other, grid, distances);
    }

    /** Over another grid, with nothing computed for it yet. */
    Geometry with(Grid other) {
        return new Geometry(rotation, other, Optional.empty());
    }

    Geometry withDistances(NDArray shared) {
        return new Geometry(rotation, grid, Optional.of(shared));
    }
}
