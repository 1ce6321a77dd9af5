package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.Optional;

/**
 * What accompanies the tensors through one forward pass.
 *
 * @param operations computes
 * @param store gives the parameters' values while DJL trains; empty for inference
 * @param training whether dropout and batch statistics are those of training
 * @param mask what attention hides or biases
 * @param rotation turns queries and keys by position
 * @param grid how the tokens of a picture lie
 * @param trace records named stages
 */
public record Pass(
        Operations operations,
        Optional<ParameterStore> store,
        boolean training,
        AttentionMask mask,
        Rotation rotation,
        Grid grid,
        Trace trace) {

    /** An inference pass without mask, positions or trace. */
    public static Pass inference(Operations operations) {
        return new Pass(operations, Optional.empty(), false, AttentionMask.NONE, Rotation.NONE, Grid.NONE, Trace.NONE);
    }

    /** A pass that DJL drives: readable operations, and parameters from its store. */
    static Pass driven(ParameterStore store, boolean training) {
        return new Pass(
                ReadableOperations.INSTANCE,
                Optional.of(store),
                training,
                AttentionMask.NONE,
                Rotation.NONE,
                Grid.NONE,
                Trace.NONE);
    }

    public Pass withOperations(Operations other) {
        return new Pass(other, store, training, mask, rotation, grid, trace);
    }

    public Pass withMask(AttentionMask other) {
        return new Pass(operations, store, training, other, rotation, grid, trace);
    }

    public Pass withRotation(Rotation other) {
        return new Pass(operations, store, training, mask, other, grid, trace);
    }

    public Pass withGrid(Grid other) {
        return new Pass(operations, store, training, mask, rotation, other, trace);
    }

    public Pass withTrace(Trace other) {
        return new Pass(operations, store, training, mask, rotation, grid, other);
    }

    /** The value of a parameter on the device of the given array. */
    NDArray value(Parameter parameter, NDArray x) {
        return store.map(s -> s.getValue(parameter, x.getDevice(), training)).orElseGet(parameter::getArray);
    }
}
