package io.vitrail.vit.fewshot;

import io.vitrail.transformer.Embedding;
import io.vitrail.vit.ModelIdentity;
import io.vitrail.vit.image.Image;
import java.util.List;
import java.util.stream.Stream;

/** Features that see no pictures, and know the vectors of names. */
record NamedFeatures(NameVectors vectors, List<String> templates) implements FrozenFeatures {
    NamedFeatures(NameVectors vectors) {
        this(vectors, List.of());
    }

    @Override
    public ModelIdentity identity() {
        return new ModelIdentity("names", "0123456789");
    }

    @Override
    public List<Embedding> of(List<Image> pictures) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Stream<Embedding> of(Stream<Image> pictures) {
        throw new UnsupportedOperationException();
    }

    @Override
    public NameVectors ofNames(List<String> names) {
        return vectors;
    }

    @Override
    public void close() {}
}
