package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * What every modality becomes: one vector per token, and which tokens may be attended to.
 *
 * @param vectors [batch, tokens, width]
 * @param mask hides padding, or nothing
 */
public record Tokens(NDArray vectors, AttentionMask mask) {
    public Tokens {
        Check.that(
                vectors.getShape().dimension() == 3,
                "Tokens must be [batch, tokens, width], not %s.",
                vectors.getShape());
        if (mask instanceof AttentionMask.Padding padding) {
            Shape real = padding.real().getShape();
            Shape shape = vectors.getShape();
            Check.that(
                    real.equals(new Shape(shape.get(0), shape.get(1))),
                    "The padding mask is %s; tokens are [batch %d, tokens %d].",
                    real,
                    shape.get(0),
                    shape.get(1));
        }
    }

    /** Tokens without padding. */
    public static Tokens of(NDArray vectors) {
        return new Tokens(vectors, AttentionMask.NONE);
    }
}
