package io.vitrail.text.training;

import java.util.SplittableRandom;

/** A language of pairs that never ends: what a model learns from, drawn anew for every step. */
@FunctionalInterface
public interface TextPairs {
    /** A pair that depends on the random numbers alone. */
    TextPair draw(SplittableRandom random);
}
