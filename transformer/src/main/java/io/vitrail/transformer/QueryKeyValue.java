package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.Optional;

/**
 * The three projections of self-attention: [batch, tokens, width] to queries, keys and values of the same shape. Prepared for
 * inference they are one product, for x is then read once.
 */
final class QueryKeyValue extends TensorBlock {
    /** Queries, keys and values, each [batch, tokens, width]. */
    record Split(NDArray q, NDArray k, NDArray v) {}

    private final int width;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private Optional<Affine> stacked = Optional.empty();

    QueryKeyValue(AttentionConfig config) {
        width = config.width();
        query = part("query", new Linear(width, width, config.queryBias(), Activation.LINEAR));
        key = part("key", new Linear(width, width, config.keyBias(), Activation.LINEAR));
        value = part("value", new Linear(width, width, config.valueBias(), Activation.LINEAR));
    }

    Split split(NDArray x, Pass pass) {
        if (stacked.isEmpty()) {
            return new Split(query.forward(x, pass), key.forward(x, pass), value.forward(x, pass));
        }
        NDList parts = forward(x, pass).split(new long[] {width, 2L * width}, 2);
        return new Split(parts.get(0), parts.get(1), parts.get(2));
    }

    /** The three side by side: [batch, tokens, 3 · width]. Only once prepared. */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        return pass.operations().linear(x, stacked.orElseThrow(), Activation.LINEAR);
    }

    @Override
    public void prepareFor(Operations operations) {
        Affine loaded = Affine.stack(query.loaded(), key.loaded(), value.loaded());
        stacked = Optional.of(loaded.preparedFor(operations));
        query.release();
        key.release();
        value.release();
    }
}
