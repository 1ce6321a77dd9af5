package io.vitrail.vit.training;

import io.vitrail.transformer.Check;

/**
 * Pictures to train on, how often, and how they vary.
 *
 * @param repeats how often an epoch shows each picture; 2.5 is twice all, and once a random half
 */
public record TrainingSet(PictureSet pictures, double repeats, Augmentation augmentation) {
    public TrainingSet {
        Check.that(repeats > 0, "%s: repeats must be positive, not %s", pictures.name(), repeats);
    }

    /** How many pictures of this set an epoch shows. */
    int draws() {
        return (int) Math.round(pictures.size() * repeats);
    }
}
