package io.vitrail.transformer;

import java.util.Optional;

/**
 * A change to some layers of one model, kept apart from it: the model's weights stay as they are, and each pass says which
 * adapter it computes with, if any ({@link Pass#withAdapter}). Thread-safe.
 */
@FunctionalInterface
public interface Adapter {
    /** Changes nothing. */
    Adapter NONE = layer -> Optional.empty();

    /** How the layer is changed, if it is. */
    Optional<Adaptation> of(TensorBlock layer);
}
