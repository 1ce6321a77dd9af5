package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.Optional;

/**
 * The three projections of self-attention: [batch, tokens, width] to queries, keys and values of all heads side by side.
 * Prepared for inference they are one product, for x is then read once.
 */
final class QueryKeyValue extends TensorBlock {
    /** Queries [batch, tokens, heads · headWidth]; keys and values [batch, tokens, keyValueHeads · headWidth]. */
    record Split(NDArray q, NDArray k, NDArray v) {}

    private final AttentionConfig config;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private Optional<Affine> stacked = Optional.empty();

    QueryKeyValue(AttentionConfig config) {
        this.config = config;
        int width = config.width();
        query = part("query", new Linear(width, config.queryWidth(), config.queryBias(), Activation.LINEAR));
        key = part("key", new Linear(width, config.keyValueWidth(), config.keyBias(), Activation.LINEAR));
        value = part("value", new Linear(width, config.keyValueWidth(), config.valueBias(), Activation.LINEAR));
    }

    Split split(NDArray x, Pass pass) {
        if (stacked.isEmpty()) {
            return new Split(query.forward(x, pass), key.forward(x, pass), value.forward(x, pass));
        }
        long keys = config.queryWidth();
        NDList parts = forward(x, pass).split(new long[] {keys, keys + config.keyValueWidth()}, 2);
        return new Split(
                query.adapted(parts.get(0), x, pass),
                key.adapted(parts.get(1), x, pass),
                value.adapted(parts.get(2), x, pass));
    }

    private boolean isAdapted(Pass pass) {
        return pass.adaptation(query).isPresent()
                || pass.adaptation(key).isPresent()
                || pass.adaptation(value).isPresent();
    }

    /** The same split into heads, queries and keys turned by the pass's rotation. */
    Projected project(NDArray x, Pass pass) {
        if (stacked.isPresent() && !isAdapted(pass)) {
            return pass.operations()
                    .project(x, stacked.get(), config, pass.geometry().rotation());
        }
        Split split = split(x, pass);
        return Projected.of(
                split.q(), split.k(), split.v(), config, pass.geometry().rotation(), pass.operations());
    }

    /** The three side by side, without an adapter. Only once prepared. */
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
