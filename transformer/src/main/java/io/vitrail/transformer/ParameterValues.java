package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
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
            NDArray value = store.getValue(parameter, x.getDevice(), training);
            return training && isRepeated(value) ? ownGradient(value, x.getManager()) : value;
        }

        /** Whether each example of a batch gets the same tokens: [1, tokens, width]. */
        private static boolean isRepeated(NDArray value) {
            return value.getShape().dimension() == 3 && value.getShape().get(0) == 1;
        }

        /**
         * The same values, whose gradient lies in memory of its own. In a batch of one, the engine would give a class token a view
         * of the position table's gradient, and add the next step's to both in one place.
         */
        private static NDArray ownGradient(NDArray value, NDManager manager) {
            return Numbers.times(Scope.lend(value, manager), 1);
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
