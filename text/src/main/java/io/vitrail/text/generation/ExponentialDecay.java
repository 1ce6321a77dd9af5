package io.vitrail.text.generation;

import io.vitrail.transformer.Check;

/**
 * From some length on the end gets likelier with every token.
 *
 * @param start how many new tokens are free of it, 0 or more
 * @param factor above 0; the end gets likelier above 1
 */
public record ExponentialDecay(int start, double factor) {
    public ExponentialDecay {
        Check.that(start >= 0, "exponentialDecay can't start at %d.", start);
        Check.that(factor > 0 && Double.isFinite(factor), "exponentialDecay needs a positive factor, not %s.", factor);
    }
}
