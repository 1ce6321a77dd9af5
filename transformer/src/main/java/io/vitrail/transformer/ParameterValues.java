package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.Optional;

/** Where a pass takes the values of parameters from. */
public sealed interface ParameterValues {
    /** For inference: as they were loaded. */
    ParameterValues LOADED = new Loaded();

    /** The value of a parameter on the device of the given array. */
    NDArray of(Parameter parameter, NDArray x);

    /** How these values change a layer, besides its parameters. */
    default Optional<Adaptation> adaptation(TensorBlock layer) {
        return Optional.empty();
    }

    /** Whether dropout and batch statistics are those of training. */
    boolean training();

    /** From the parameters themselves. */
    record Loaded() implements ParameterValues {
        @Override
        public NDArray of(Parameter parameter, NDArray x) {
            return parameter.getArray();
        }

        @Override
        public boolean training() {
            return false;
        }
    }

    /** From the store of DJL's trainer, which drives the pass. */
    record Driven(ParameterStore store, boolean training) implements ParameterValues {
        @Override
        public NDArray of(Parameter parameter, NDArray x) {
            return store.getValue(parameter, x.getDevice(), training);
        }
    }

    /** Those of a model with an adapter. */
    record Adapted(ParameterValues plain, Adapter adapter) implements ParameterValues {
        @Override
        public NDArray of(Parameter parameter, NDArray x) {
            return plain.of(parameter, x);
        }

        @Override
        public Optional<Adaptation> adaptation(TensorBlock layer) {
            return adapter.of(layer);
        }

        @Override
        public boolean training() {
            return plain.training();
        }
    }
}
