package io.vitrail.vit.fewshot;

import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.vit.ImageEmbedder;
import io.vitrail.vit.ModelIdentity;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The pooled features of a vision model, which its own head would read, if it has one: the mean direction of the views
 * that its classifier looks at.
 */
public final class VisionFeatures implements FrozenFeatures {
    private final ModelIdentity identity;
    private final ImageEmbedder embedder;

    private VisionFeatures(ModelIdentity identity, ImageEmbedder embedder) {
        this.identity = identity;
        this.embedder = embedder.lookingAt(embedder.usualViews());
    }

    /** Those of the embedded model, on the CPU. */
    public static VisionFeatures embedded() {
        return embedded(Compute.DEFAULT);
    }

    /** Those of the embedded model. */
    public static VisionFeatures embedded(Compute compute) {
        return new VisionFeatures(
                ModelIdentity.embedded(), ImageEmbedder.embedded(ImageEmbedder.Options.DEFAULT, compute));
    }

    /**
     * Those of any vision model of a checkpoint's folder.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the
     *     others, or the model isn't supported
     */
    public static VisionFeatures load(Path folder, Compute compute) {
        ModelIdentity identity = ModelIdentity.of(folder);
        return new VisionFeatures(identity, ImageEmbedder.load(folder, ImageEmbedder.Options.DEFAULT, compute));
    }

    @Override
    public ModelIdentity identity() {
        return identity;
    }

    @Override
    public List<Embedding> of(List<Image> pictures) {
        return embedder.embed(pictures);
    }

    @Override
    public Stream<Embedding> of(Stream<Image> pictures) {
        return embedder.embed(pictures);
    }

    @Override
    public NameVectors ofNames(List<String> names) {
        throw new IllegalArgumentException(identity.name() + " reads no texts, so names tell it nothing.\n"
                + "  try:  a model of pictures and texts, such as openai/clip-vit-base-patch32, or another method.");
    }

    @Override
    public void close() {
        embedder.close();
    }
}
