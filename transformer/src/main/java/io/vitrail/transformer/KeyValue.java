package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;

/**
 * What an attention asks: keys that queries are compared with, and the values that they stand for.
 *
 * @param k [batch, heads, tokens, headWidth]
 * @param v [batch, heads, tokens, valueWidth]
 */
public record KeyValue(NDArray k, NDArray v) {}
