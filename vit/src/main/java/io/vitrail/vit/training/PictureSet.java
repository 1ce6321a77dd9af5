package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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

    /** These pictures, then the other ones. */
    public PictureSet and(PictureSet other) {
        return new PictureSet(name, joined(pictures, other.pictures), joined(labels, other.labels));
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    /** The pictures of some labels. */
    public PictureSet only(IntPredicate wanted) {
        int[] kept = IntStream.range(0, size())
                .filter(i -> wanted.test(labels.get(i)))
                .toArray();
        return new PictureSet(
                name,
                Arrays.stream(kept).mapToObj(pictures::get).toList(),
                Arrays.stream(kept).mapToObj(labels::get).toList());
    }
}
