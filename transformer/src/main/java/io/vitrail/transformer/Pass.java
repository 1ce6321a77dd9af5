package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What accompanies the tensors through one forward pass.
 *
 * @param operations computes
 * @param store gives the parameters' values while DJL trains; empty for inference
 * @param training whether dropout and batch statistics are those of training
 * @param mask what attention hides or biases
 * @param rotation turns queries and keys by position
 * @param grid how the tokens of a picture lie
 * @param distances what blocks share that attend by distance: which row of a table each query takes for each key, or
 *     the vectors of the distances
 * @param cache keeps a decoder's keys and values for the passes that follow
 * @param layer number of the block that the pass is in, where blocks are stacked
 * @param memory what each layer saw of the segments before, where a text is read segment by segment
 * @param context the tokens that cross-attention asks
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
        Optional<KeyValueCache> cache,
        int layer,
        Optional<SegmentMemory> memory,
        Optional<Tokens> context,
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
                Optional.empty(),
                0,
                Optional.empty(),
                Optional.empty(),
                Trace.NONE);
    }

    public Pass withOperations(Operations other) {
        return new Pass(other, store, training, mask, rotation, grid, distances, cache, layer, memory, context, trace);
    }

    public Pass withMask(AttentionMask other) {
        return new Pass(
                operations, store, training, other, rotation, grid, distances, cache, layer, memory, context, trace);
    }

    public Pass withRotation(Rotation other) {
        return new Pass(
                operations, store, training, mask, other, grid, distances, cache, layer, memory, context, trace);
    }

    /** Over another grid, with nothing computed for it yet. */
    public Pass withGrid(Grid other) {
        return new Pass(
                operations,
                store,
                training,
                mask,
                rotation,
                other,
                Optional.empty(),
                cache,
                layer,
                memory,
                context,
                trace);
    }

    Pass withDistances(NDArray rows) {
        return new Pass(
                operations,
                store,
                training,
                mask,
                rotation,
                grid,
                Optional.of(rows),
                cache,
                layer,
                memory,
                context,
                trace);
    }

    /** Of a decoder that goes on from earlier passes. */
    public Pass withCache(KeyValueCache other) {
        return new Pass(
                operations,
                store,
                training,
                mask,
                rotation,
                grid,
                distances,
                Optional.of(other),
                layer,
                memory,
                context,
                trace);
    }

    Pass inLayer(int number) {
        return new Pass(
                operations, store, training, mask, rotation, grid, distances, cache, number, memory, context, trace);
    }

    /** Of a model that goes on from earlier segments. */
    public Pass withMemory(SegmentMemory other) {
        return new Pass(
                operations,
                store,
                training,
                mask,
                rotation,
                grid,
                distances,
                cache,
                layer,
                Optional.of(other),
                context,
                trace);
    }

    /** Where cross-attention asks these tokens. */
    public Pass withContext(Tokens other) {
        return new Pass(
                operations,
                store,
                training,
                mask,
                rotation,
                grid,
                distances,
                cache,
                layer,
                memory,
                Optional.of(other),
                trace);
    }

    public Pass withTrace(Trace other) {
        return new Pass(
                operations, store, training, mask, rotation, grid, distances, cache, layer, memory, context, other);
    }

    /** Tokens before those of this pass: 0 without a cache. */
    public long earlierTokens() {
        return cache.map(KeyValueCache::length).orElse(0L);
    }

    /** What the layer was given of earlier segments; it belongs to the manager. */
    Optional<NDArray> remembered(NDManager manager) {
        return memory.map(kept -> kept.of(layer, manager));
    }

    /** Keeps what the layer is given for the next segment, where there is a memory. */
    void remember(NDArray x) {
        memory.ifPresent(kept -> kept.keep(layer, operations.leave(x)));
    }

    /** A layer's keys and values of this pass's tokens after those of earlier passes. */
    KeyValue seen(KeyValue added) {
        return cache.map(kept -> kept.extended(layer, added, operations)).orElse(added);
    }

    /** A layer's keys and values of the context, computed once where there is a cache; they belong to the manager. */
    KeyValue asked(Supplier<KeyValue> computed, NDManager manager) {
        return cache.map(kept -> kept.context(layer, computed, manager, operations))
                .orElseGet(computed);
    }

    /** The value of a parameter on the device of the given array. */
    NDArray value(Parameter parameter, NDArray x) {
        return store.map(s -> s.getValue(parameter, x.getDevice(), training)).orElseGet(parameter::getArray);
    }
}
