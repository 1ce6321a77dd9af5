package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/**
 * What self-attention makes of its tokens, split into heads.
 *
 * @param q queries, [batch, heads, tokens, headWidth]
 * @param k keys, [batch, keyValueHeads, tokens, headWidth]
 * @param v values, likewise
 */
public record Projected(NDArray q, NDArray k, NDArray v) {
    /** Of vectors with all heads side by side, [batch, tokens, heads · headWidth] each; queries and keys turned. */
    static Projected of(
            NDArray q, NDArray k, NDArray v, AttentionConfig config, Rotation rotation, Operations operations) {
        return new Projected(
                rotation.apply(Heads.split(q, config.heads()), operations),
                rotation.apply(Heads.split(k, config.keyValueHeads()), operations),
                Heads.split(v, config.keyValueHeads()));
    }

    KeyValue keyValue() {
        return new KeyValue(k, v);
    }
}
