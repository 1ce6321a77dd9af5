package io.vitrail.vit.fewshot;

import io.vitrail.transformer.Embedding;
import io.vitrail.vit.ModelIdentity;
import io.vitrail.vit.image.Image;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a model that isn't trained any further makes of pictures. Thread-safe; it holds native memory until it is
 * closed, its results don't.
 */
public interface FrozenFeatures extends AutoCloseable {
    /** Which vectors these are; classifiers that learned from others don't take them. */
    ModelIdentity identity();

    /** Vectors of one width, of length 1, in the pictures' order. */
    List<Embedding> of(List<Image> pictures);

    /** The same of any number of pictures in constant memory. */
    Stream<Embedding> of(Stream<Image> pictures);

    /**
     * What the model knows of classes by their names alone.
     *
     * @throws IllegalArgumentException if it reads no texts, or a name is longer than it takes
     */
    NameVectors ofNames(List<String> names);

    /** The sentences that {@link #ofNames} puts names into, with {@code {}} for the name; none if there are none. */
    default List<String> templates() {
        return List.of();
    }

    @Override
    void close();
}
