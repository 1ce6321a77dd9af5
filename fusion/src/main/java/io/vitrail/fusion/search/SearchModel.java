package io.vitrail.fusion.search;

import io.vitrail.fusion.FusionModels;
import io.vitrail.fusion.FusionTask;
import io.vitrail.fusion.ImageTextEmbedder;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.vit.ImageEmbedder;
import io.vitrail.vit.ModelIdentity;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What makes vectors of pictures, and of sentences if it can. Thread-safe. */
final class SearchModel implements AutoCloseable {
    /** A model, as far as a search uses it. */
    private interface Vectors extends AutoCloseable {
        List<Embedding> of(List<Image> pictures);

        Optional<Embedding> of(String sentence);

        @Override
        void close();
    }

    private record OfPictures(ImageEmbedder embedder) implements Vectors {
        @Override
        public List<Embedding> of(List<Image> pictures) {
            return embedder.embed(pictures);
        }

        @Override
        public Optional<Embedding> of(String sentence) {
            return Optional.empty();
        }

        @Override
        public void close() {
            embedder.close();
        }
    }

    private record OfBoth(ImageTextEmbedder embedder) implements Vectors {
        @Override
        public List<Embedding> of(List<Image> pictures) {
            return embedder.embedImages(pictures);
        }

        @Override
        public Optional<Embedding> of(String sentence) {
            return Optional.of(embedder.embedText(sentence));
        }

        @Override
        public void close() {
            embedder.close();
        }
    }

    private final ModelIdentity identity;
    private final Vectors vectors;

    private SearchModel(ModelIdentity identity, Vectors vectors) {
        this.identity = identity;
        this.vectors = vectors;
    }

    /** The model of a checkpoint's folder, or else the embedded one. */
    static SearchModel load(Optional<Path> folder, Compute compute) {
        if (folder.isEmpty()) {
            ImageEmbedder embedder = ImageEmbedder.embedded(ImageEmbedder.Options.DEFAULT, compute);
            return new SearchModel(ModelIdentity.embedded(), new OfPictures(embedder));
        }
        Path model = folder.get();
        return new SearchModel(
                ModelIdentity.of(model),
                knowsSentences(model)
                        ? new OfBoth(ImageTextEmbedder.load(model, compute))
                        : new OfPictures(ImageEmbedder.load(model, ImageEmbedder.Options.DEFAULT, compute)));
    }

    private static boolean knowsSentences(Path folder) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return FusionModels.isFor(ConfigJson.of(checkpoint), FusionTask.COMPARING);
        }
    }

    ModelIdentity identity() {
        return identity;
    }

    boolean knowsSentences() {
        return vectors instanceof OfBoth;
    }

    /** Of length 1, in the pictures' order. */
    List<Embedding> of(List<Image> pictures) {
        List<Embedding> embeddings = vectors.of(pictures);
        embeddings.forEach(SearchModel::requireFinite);
        return embeddings;
    }

    /**
     * Of length 1.
     *
     * @throws IllegalArgumentException if the model knows no sentences
     */
    Embedding of(String sentence) {
        Embedding embedding = vectors.of(sentence)
                .orElseThrow(() -> new IllegalArgumentException("Of " + identity.name()
                        + " only pictures can be asked for: it knows no sentences.\n"
                        + "  try:  a picture as the query, or a model of pictures and texts, such as"
                        + " openai/clip-vit-base-patch32."));
        requireFinite(embedding);
        return embedding;
    }

    private static void requireFinite(Embedding embedding) {
        for (float value : embedding.values()) {
            Check.that(Float.isFinite(value), "The model's vector holds %s, which nothing is near to.", value);
        }
    }

    @Override
    public void close() {
        vectors.close();
    }
}
