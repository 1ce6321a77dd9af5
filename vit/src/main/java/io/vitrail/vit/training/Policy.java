package io.vitrail.vit.training;

import java.util.SplittableRandom;

/** Which random operations change a training picture, and how strongly. */
public sealed interface Policy permits Policy.None, RandAugment, TrivialAugment {
    /** The largest magnitude; 0 is the smallest. */
    int LARGEST_MAGNITUDE = 30;

    /** The changed picture, of the same size; the one given stays as it is. What moves out of it leaves black. */
    Picture apply(Picture picture, SplittableRandom random);

    /** No operation. */
    record None() implements Policy {
        @Override
        public Picture apply(Picture picture, SplittableRandom random) {
            return picture;
        }
    }
}
