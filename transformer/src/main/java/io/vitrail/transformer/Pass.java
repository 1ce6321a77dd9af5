package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.Optional;

/**
 * What accompanies the tensors through one forward pass.
 *
 * @param operations compute
 * @param parameters gives the weights' values
 * @param mask what attention hides or biases
 * @param geometry where the tokens stand
 * @param past what earlier passes left
 * @param context the tokens that cross-attention asks
 * @param trace records named stages
 */
public record Pass(
        Operations operations,
        ParameterValues parameters,
        AttentionMask mask,
        Geometry geometry,
        Past past,
        Optional<Tokens> context,
        Trace trace) {

    /** An inference pass without mask, positions or trace. */
    public static Pass inference(Operations operations) {
        return of(operations, ParameterValues.LOADED);
    }

    /** A pass that DJL drives: parameters from its store. */
    static Pass driven(Operations operations, ParameterStore store, boolean training) {
        return of(operations, new ParameterValues.Driven(store, training));
    }

    private static Pass of(Operations operations, ParameterValues parameters) {
        return new Pass(
                operations, parameters, AttentionMask.NONE, Geometry.NONE, Past.NONE, Optional.empty(), Trace.NONE);
    }

    public Pass withOperations(Operations other) {
        return new Pass(other, parameters, mask, geometry, past, context, trace);
    }

    public Pass withMask(AttentionMask other) {
        return new Pass(operations, parameters, other, geometry, past, context, trace);
    }

    private Pass with(Geometry other) {
        return new Pass(operations, parameters, mask, other, past, context, trace);
    }

    public Pass withRotation(Rotation rotation) {
        return with(geometry.with(rotation));
    }

    /** Over another grid, with nothing computed for it yet. */
    public Pass withGrid(Grid grid) {
        return with(geometry.with(grid));
    }

    Pass withDistances(NDArray shared) {
        return with(geometry.withDistances(shared));
    }

    private Pass with(Past other) {
        return new Pass(operations, parameters, mask, geometry, other, context, trace);
    }

    /** Of a decoder that goes on from earlier passes. */
    public Pass withCache(KeyValueCache cache) {
        return with(new Past.Cached(cache, 0));
    }

    /** Of a model that goes on from earlier segments. */
    public Pass withMemory(SegmentMemory memory) {
        return with(new Past.Remembered(memory, 0));
    }

    /** In a block of a stack. */
    Pass inLayer(int number) {
        return with(past.inLayer(number));
    }

    /** Where cross-attention asks these tokens. */
    public Pass withContext(Tokens other) {
        return new Pass(operations, parameters, mask, geometry, past, Optional.of(other), trace);
    }

    public Pass withTrace(Trace other) {
        return new Pass(operations, parameters, mask, geometry, past, context, other);
    }

    /** Of a model that an adapter changes, instead of any before. */
    public Pass withAdapter(Adapter adapter) {
        ParameterValues plain = parameters instanceof ParameterValues.Adapted adapted ? adapted.plain() : parameters;
        ParameterValues other = new ParameterValues.Adapted(plain, adapter);
        return new Pass(operations, other, mask, geometry, past, context, trace);
    }

    /** How this pass changes what a layer computes, if it does. */
    Optional<Adaptation> adaptation(TensorBlock layer) {
        return parameters.adaptation(layer);
    }

    /** Whether dropout and batch statistics are those of training. */
    public boolean training() {
        return parameters.training();
    }

    /** How the tokens of a picture lie. */
    public Grid grid() {
        return geometry.grid();
    }

    /** What keeps the keys and values of this pass's tokens, where a pass will follow. */
    public Optional<KeyValueCache> cache() {
        return past instanceof Past.Cached cached ? Optional.of(cached.cache()) : Optional.empty();
    }

    /** What keeps this pass's tokens, where a segment will follow. */
    public Optional<SegmentMemory> memory() {
        return past instanceof Past.Remembered remembered ? Optional.of(remembered.memory()) : Optional.empty();
    }

    /** Tokens before those of this pass: 0 without a cache. */
    public long earlierTokens() {
        return past.tokens();
    }

    /** The value of a parameter on the device of the given array. */
    NDArray value(Parameter parameter, NDArray x) {
        return parameters.of(parameter, x);
    }
}
