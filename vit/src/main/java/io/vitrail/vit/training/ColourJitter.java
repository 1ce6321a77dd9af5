package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import java.util.SplittableRandom;

/**
 * Random changes of colour in random order, as torchvision's ColorJitter draws them: a factor is drawn evenly from
 * 1 - change (at least 0) to 1 + change.
 *
 * @param brightness change of the factor by which all values are multiplied
 * @param contrast of the distance from the mean grey
 * @param saturation of the distance from the pixel's own grey
 * @param hue largest turn of the colour circle either way, at most half
 */
public record ColourJitter(double brightness, double contrast, double saturation, double hue) {
    /** Leaves all colours as they are. */
    public static final ColourJitter NONE = new ColourJitter(0, 0, 0, 0);

    private enum Change {
        BRIGHTNESS,
        CONTRAST,
        SATURATION,
        HUE
    }

    public ColourJitter {
        for (double change : new double[] {brightness, contrast, saturation}) {
            Check.that(
                    change >= 0 && change < Double.POSITIVE_INFINITY,
                    "a change of colours must not be negative, nor without bound: %s",
                    change);
        }
        Check.that(hue >= 0 && hue <= 0.5, "the change of hue must be in [0, 0.5], not %s", hue);
    }

    Picture apply(Picture picture, SplittableRandom random) {
        Picture x = picture;
        for (Change change : order(random)) {
            x = switch (change) {
                case BRIGHTNESS -> changed(x, Enhancement.BRIGHTNESS, brightness, random);
                case CONTRAST -> changed(x, Enhancement.CONTRAST, contrast, random);
                case SATURATION -> changed(x, Enhancement.SATURATION, saturation, random);
                case HUE -> hue == 0 ? x : Hue.turned(x, Augmenter.between(-hue, hue, random));
            };
        }
        return x;
    }

    private static Picture changed(Picture picture, Enhancement kind, double change, SplittableRandom random) {
        if (change == 0) {
            return picture;
        }
        return kind.apply(picture, (float) Augmenter.between(Math.max(0, 1 - change), 1 + change, random));
    }

    private static Change[] order(SplittableRandom random) {
        Change[] order = Change.values();
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            Change kept = order[i];
            order[i] = order[j];
            order[j] = kept;
        }
        return order;
    }
}
