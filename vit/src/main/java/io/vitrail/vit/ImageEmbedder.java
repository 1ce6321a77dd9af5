package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Turns pictures into vectors, for search, clustering and few-shot learning. Vectors have length 1 unless asked otherwise.
 *
 * <pre>{@code
 * try (ImageEmbedder embedder = ImageEmbedder.embedded()) {
 *     double alike = embedder.embed(a).cosine(embedder.embed(b));
 * }
 * }</pre>
 *
 * <p>Thread-safe, like {@link ImageClassifier}. It holds native memory until it is closed; its results don't.
 */
public final class ImageEmbedder implements AutoCloseable {
    /** Whether vectors are divided by their length. */
    public enum Length {
        UNIT,
        RAW
    }

    /**
     * What the vectors are.
     *
     * @param pooling how tokens become one vector
     * @param length whether it is normalised
     */
    public record Options(Pooling pooling, Length length) {
        /** The family's own pooling, normalised. */
        public static final Options DEFAULT = new Options(Pooling.POOLED, Length.UNIT);
    }

    private static final int WIDTH = 3;

    private final LoadedVisionModel loaded;
    private final Options options;
    private final Views views;
    private final VisionCalls<Embedding> calls;

    private ImageEmbedder(LoadedVisionModel loaded, Options options, Views views) {
        this.loaded = loaded;
        this.options = options;
        this.views = views;
        calls = VisionCalls.of(loaded, this::embed);
    }

    private ImageEmbedder(ImageEmbedder same, VisionCalls<Embedding> calls) {
        loaded = same.loaded;
        options = same.options;
        views = same.views;
        this.calls = calls;
    }

    /** The embedded model, on the CPU, with the family's own pooling and vectors of length 1. */
    public static ImageEmbedder embedded() {
        return embedded(Options.DEFAULT, Compute.DEFAULT);
    }

    /** The embedded model. */
    public static ImageEmbedder embedded(Options options, Compute compute) {
        return checked(LoadedVisionModel.embedded(compute), options);
    }

    /** The model of a checkpoint's folder, on the CPU, with the family's own pooling and vectors of length 1. */
    public static ImageEmbedder load(Path folder) {
        return load(folder, Options.DEFAULT, Compute.DEFAULT);
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the others,
     *     or the model isn't supported
     * @throws IllegalArgumentException if the model lacks what the pooling needs
     */
    public static ImageEmbedder load(Path folder, Options options, Compute compute) {
        return checked(LoadedVisionModel.load(folder, compute), options);
    }

    /**
     * The model of a checkpoint's folder with an adapter merged into its weights.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException as for {@link #load(Path, Options, Compute)}, or if the
     *     adapter was made for another model
     */
    public static ImageEmbedder loadMerged(Path folder, PeftAdapter adapter, Options options, Compute compute) {
        return checked(LoadedVisionModel.merged(folder, adapter, compute), options);
    }

    private static ImageEmbedder checked(LoadedVisionModel loaded, Options options) {
        try {
            options.pooling().check(loaded.model().specialTokens());
            return new ImageEmbedder(loaded, options, Views.WHOLE);
        } catch (IllegalArgumentException e) {
            loaded.close();
            throw e;
        }
    }

    /**
     * The same model changed by an adapter. Both embedders share the weights, which stay as they are. Deadlines and batching
     * are to be set on the result. Closing it frees the adapter alone; this one's closing closes both.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the adapter was made for another model, or must be
     *     merged ({@link #loadMerged})
     */
    public ImageEmbedder with(PeftAdapter adapter) {
        return new ImageEmbedder(loaded.with(adapter), options, views);
    }

    /**
     * The same embedder, whose vector of a picture is the mean of those of several views; each costs about as much as
     * the first. Deadlines and batching are to be set on the result. Closing either closes both.
     */
    public ImageEmbedder lookingAt(Views others) {
        return new ImageEmbedder(loaded, options, others);
    }

    /** The views that a classifier of this checkpoint looks at. */
    public Views usualViews() {
        return Views.of(loaded.config());
    }

    /**
     * The same embedder, whose calls answer within a time or not at all, as {@link ImageClassifier#withDeadline} says.
     * Closing either closes both.
     *
     * @param limit from 1 millisecond to 365 days
     */
    public ImageEmbedder withDeadline(Duration limit) {
        return new ImageEmbedder(this, calls.withDeadline(limit));
    }

    /**
     * The same embedder, which sends pictures of several callers through the model together, as {@link
     * ImageClassifier#batching} says. Closing either closes both.
     *
     * @param most pictures in a batch at most; those of a list, eight at a time, stay together even if they are more
     * @param wait how long a picture waits for others while the model has nothing to do, 0 to 60 seconds
     */
    public ImageEmbedder batching(int most, Duration wait) {
        return new ImageEmbedder(this, calls.batching(most, wait));
    }

    /** The vector of one picture. */
    public Embedding embed(Image image) {
        return embed(List.of(image)).get(0);
    }

    /** Several pictures, in batches; results in their order. */
    public List<Embedding> embed(List<Image> images) {
        return looks().answer(images, calls::answer);
    }

    /** Any number of pictures in constant memory, taken from the stream one after the other. */
    public Stream<Embedding> embed(Stream<Image> images) {
        return looks().answer(images, calls::answer);
    }

    private Looks<Embedding> looks() {
        return new Looks<>(
                views, Math.min(loaded.model().imageHeight(), loaded.model().imageWidth()), this::mean);
    }

    private Embedding mean(List<Embedding> several) {
        if (several.size() == 1) {
            return several.get(0);
        }
        float[] mean = new float[several.get(0).values().length];
        for (Embedding one : several) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += one.values()[i] / several.size();
            }
        }
        return ofLength(new Embedding(mean));
    }

    private Embedding ofLength(Embedding raw) {
        return options.length() == Length.UNIT ? raw.normalized() : raw;
    }

    private List<Embedding> embed(VisionModel model, NDArray pixels, Pass pass) {
        List<Embedding> vectors = vectors(model, pixels, pass);
        if (!views.mirrored()) {
            return vectors;
        }
        List<Embedding> mirrored = vectors(model, pixels.flip(WIDTH), pass);
        return IntStream.range(0, vectors.size())
                .mapToObj(i -> mean(List.of(vectors.get(i), mirrored.get(i))))
                .toList();
    }

    private List<Embedding> vectors(VisionModel model, NDArray pixels, Pass pass) {
        Features features = model.features(VisionInput.of(pixels), pass);
        NDArray pooled = options.pooling().pool(features, model.specialTokens()); // [batch, width]
        int width = Math.toIntExact(pooled.getShape().get(1));
        float[] all = pooled.toFloatArray();
        List<Embedding> results = new ArrayList<>();
        for (int start = 0; start < all.length; start += width) {
            results.add(ofLength(new Embedding(Arrays.copyOfRange(all, start, start + width))));
        }
        return results;
    }

    @Override
    public void close() {
        loaded.close();
    }
}
