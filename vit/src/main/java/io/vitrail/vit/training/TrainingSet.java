package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import java.util.List;

/**
 * Pictures to train on, how often, and how they vary.
 *
 * @param repeats how often an epoch shows each picture; 2.5 is twice all, and once a random half
 * @param backdrops photos without any of the classes, which pictures are laid over; may be none
 */
public record TrainingSet(PictureSet pictures, double repeats, Augmentation augmentation, List<Picture> backdrops) {
    public TrainingSet {
        backdrops = List.copyOf(backdrops);
        Check.that(repeats > 0, "%s: repeats must be positive, not %s", pictures.name(), repeats);
    }

    /** Pictures that are never laid over others. */
    public TrainingSet(PictureSet pictures, double repeats, Augmentation augmentation) {
        this(pictures, repeats, augmentation, List.of());
    }

    /** How many pictures of this set an epoch shows. */
    int draws() {
        return (int) Math.round(pictures.size() * repeats);
    }
}
