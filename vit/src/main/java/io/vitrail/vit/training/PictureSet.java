package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import java.util.List;

/**
 * Pictures with their class numbers.
 *
 * @param name for reports
 * @param labels a class number for each picture, or {@link #NO_CLASS}
 */
public record PictureSet(String name, List<Picture> pictures, List<Integer> labels) {
    /** The label of a picture that shows none of the classes: all should seem equally likely. */
    public static final int NO_CLASS = -1;

    public PictureSet {
        Check.that(
                pictures.size() == labels.size(),
                "%s: %d pictures, but %d labels",
                name,
                pictures.size(),
                labels.size());
        pictures = List.copyOf(pictures);
        labels = List.copyOf(labels);
    }

    public int size() {
        return pictures.size();
    }

    /** The same pictures under another name. */
    public PictureSet named(String other) {
        return new PictureSet(other, pictures, labels);
    }
}
