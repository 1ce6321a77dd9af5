package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import java.util.SplittableRandom;

/**
 * The usual augmentation of photos, with torchvision's ranges and Pillow's arithmetic: a random crop is resized,
 * perhaps mirrored, changed by a policy, its colours jittered; once normalised, a rectangle of it may be erased.
 * Immutable, for any threads.
 *
 * @param crop the part of the picture, and how it is resized
 * @param mirror probability that left and right are swapped
 * @param policy random operations
 * @param jitter random changes of colour
 * @param erasing the rectangle that is covered
 */
public record StandardAugmentation(ResizedCrop crop, double mirror, Policy policy, ColourJitter jitter, Erasing erasing)
        implements Variation {
    public StandardAugmentation {
        Check.given(crop, "crop");
        Check.given(policy, "policy");
        Check.given(jitter, "jitter");
        Check.given(erasing, "erasing");
        Check.that(mirror >= 0 && mirror <= 1, "the probability of a mirror image must be in [0, 1], not %s", mirror);
    }

    /** A crop of 8 to 100 % of the area, half of them mirrored; nothing else. */
    public static StandardAugmentation defaults() {
        return new StandardAugmentation(
                ResizedCrop.defaults(), 0.5, new Policy.None(), ColourJitter.NONE, Erasing.NONE);
    }

    public StandardAugmentation withCrop(ResizedCrop other) {
        return new StandardAugmentation(other, mirror, policy, jitter, erasing);
    }

    /** 0 where left and right matter, as in writing. */
    public StandardAugmentation withMirror(double probability) {
        return new StandardAugmentation(crop, probability, policy, jitter, erasing);
    }

    public StandardAugmentation withPolicy(Policy other) {
        return new StandardAugmentation(crop, mirror, other, jitter, erasing);
    }

    public StandardAugmentation withJitter(ColourJitter other) {
        return new StandardAugmentation(crop, mirror, policy, other, erasing);
    }

    public StandardAugmentation withErasing(Erasing other) {
        return new StandardAugmentation(crop, mirror, policy, jitter, other);
    }

    /**
     * The picture as the model is to see it, but not yet normalised, and nothing erased.
     *
     * @param side width and height of the result, in pixels
     */
    public Picture square(Picture picture, int side, SplittableRandom random) {
        Picture x = crop.apply(picture, side, random);
        x = random.nextDouble() < mirror ? x.mirrored() : x;
        x = policy.apply(x, random);
        return jitter.apply(x, random);
    }
}
