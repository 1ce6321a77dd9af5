package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import java.util.List;
import java.util.Set;

/**
 * Pictures to train on, how often, and how they vary.
 *
 * @param repeats how often an epoch shows each picture; 2.5 is twice all, and once a random half
 * @param backdrops photos without any of the classes, which pictures are laid over; may be none
 * @param sharpRivals the classes that a sharp picture is told apart from, all if none are given. Where only some classes
 *     have many sharp pictures, sharpness would else be taken for a sign of these.
 */
public record TrainingSet(
        PictureSet pictures,
        double repeats,
        Variation augmentation,
        List<Picture> backdrops,
        Set<Integer> sharpRivals) {
    public TrainingSet {
        backdrops = List.copyOf(backdrops);
        sharpRivals = Set.copyOf(sharpRivals);
        Check.that(repeats > 0, "%s: repeats must be positive, not %s", pictures.name(), repeats);
        Check.that(
                sharpRivals.isEmpty() || sharpRivals.containsAll(pictures.labels()),
                "%s: the rivals of sharp pictures must include the pictures' own classes",
                pictures.name());
    }

    /** Pictures that are never laid over others, and told apart from all classes. */
    public TrainingSet(PictureSet pictures, double repeats, Variation augmentation) {
        this(pictures, repeats, augmentation, List.of(), Set.of());
    }

    public TrainingSet over(List<Picture> others) {
        return new TrainingSet(pictures, repeats, augmentation, others, sharpRivals);
    }

    public TrainingSet amongWhenSharp(Set<Integer> rivals) {
        return new TrainingSet(pictures, repeats, augmentation, backdrops, rivals);
    }

    /** How many pictures of this set an epoch shows. */
    int draws() {
        return (int) Math.round(pictures.size() * repeats);
    }
}
