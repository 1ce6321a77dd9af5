package io.vitrail.text.attention;

import io.vitrail.transformer.Check;
import java.util.List;

/**
 * One kind of attention, in all layers of a model.
 *
 * @param kind of the attention
 * @param queries the tokens that ask
 * @param keys the tokens that are asked
 * @param layers first to last
 */
public record AttentionStack(
        Kind kind, List<ShownToken> queries, List<ShownToken> keys, List<AttentionWeights> layers) {
    /** Who asks whom. */
    public enum Kind {
        /** The tokens of a text that is read ask one another. */
        READING,
        /** The tokens of a text that is written, or continued, ask one another; none sees a later one. */
        WRITING,
        /** The tokens of a text that is written ask those of the text that was read. */
        CROSS
    }

    public AttentionStack {
        queries = List.copyOf(queries);
        keys = List.copyOf(keys);
        layers = List.copyOf(layers);
        for (AttentionWeights weights : layers) {
            Check.that(
                    weights.queries() == queries.size() && weights.keys() == keys.size(),
                    "Weights of %d queries and %d keys aren't those of %d tokens that ask %d.",
                    weights.queries(),
                    weights.keys(),
                    queries.size(),
                    keys.size());
        }
    }

    /**
     * The weights of a layer.
     *
     * @param number counted from 0
     */
    public AttentionWeights layer(int number) {
        Check.that(
                number >= 0 && number < layers.size(),
                "This model has layers 0 to %d, not %d.",
                layers.size() - 1,
                number);
        return layers.get(number);
    }
}
