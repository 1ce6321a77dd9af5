package io.vitrail.vit;

import ai.djl.ndarray.NDArray;

/**
 * What a vision model's backbone makes of a batch of pictures.
 *
 * @param tokens [batch, tokens, width], after the last norm: special tokens first, then patches row by row
 * @param pooled [batch, pooledWidth], one vector for the whole picture, as the family defines it
 */
public record Features(NDArray tokens, NDArray pooled) {}
