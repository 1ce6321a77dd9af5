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
 * @param distances which row of a table of relative positions each query takes for each key, where blocks share that
 * @param trace records named stages
 */
public record Pass(
        Operations operations,
        Optional<ParameterStore> store,
        boolean training,
        AttentionMask mask,
        Rotation rotation,
        Grid grid,
        Optional<NDArray> distances,
        Trace trace) {

    /** An inference pass without mask, positions or trace. */
    public static Pass inference(Operations operations) {
        return of(operations, Optional.empty(), false);
    }

    /** A pass that DJL drives: parameters from its store. */
    static Pass driven(Operations operations, ParameterStore store, boolean training) {
        return of(operations, Optional.of(store), training);
    }

    private static Pass of(Operations operations, Optional<ParameterStore> store, boolean training) {
        return new Pass(
                operations,
                store,
                training,
                AttentionMask.NONE,
                Rotation.NONE,
                Grid.NONE,
                Optional.empty(),
                Trace.NONE);
    }

    public Pass withOperations(Operations other) {
        return new Pass(other, store, training, mask, rotation, grid, distances, trace);
    }

    public Pass withMask(AttentionMask other) {
        return new Pass(operations, store, training, other, rotation, grid, distances, trace);
    }

    public Pass withRotation(Rotation other) {
        return new Pass(operations, store, training, mask, other, grid, distances, trace);
    }

    /** Over another grid, with nothing computed for it yet. */
    public Pass withGrid(Grid other) {
        return new Pass(operations, store, training, mask, rotation, other, Optional.empty(), trace);
    }

    Pass withDistances(NDArray rows) {
        return new Pass(operations, store, training, mask, rotation, grid, Optional.of(rows), trace);
    }

    public Pass withTrace(Trace other) {
        return new Pass(operations, store, training, mask, rotation, grid, distances, other);
    }

    /** The value of a parameter on the device of the given array. */
    NDArray value(Parameter parameter, NDArray x) {
        return store.map(s -> s.getValue(parameter, x.getDevice(), training)).orElseGet(parameter::getArray);
    }
}
