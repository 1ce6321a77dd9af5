package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Says what a picture shows.
 *
 * <pre>{@code
 * try (ImageClassifier classifier = ImageClassifier.embedded()) {
 *     System.out.println(classifier.classify(Image.fromFile(Path.of("photo.jpg"))).best());
 * }
 * }</pre>
 *
 * <p>Thread-safe: any number of threads may call one classifier; they take turns at the model. A call that waits ends with a
 * {@link io.vitrail.transformer.CallException} when its thread is interrupted or the classifier is closed. It holds native
 * memory until it is closed; its results don't.
 */
public final class ImageClassifier implements AutoCloseable {
    private static final int WIDTH = 3;

    private final LoadedVisionModel loaded;
    private final ClassScores scores;
    private final double unsureBelow;
    private final Views views;
    private final VisionCalls<Classification> calls;

    private ImageClassifier(LoadedVisionModel loaded, Views views) {
        this.loaded = loaded;
        this.views = views;
        scores = ClassScores.of(loaded.config(), loaded.labels().size());
        unsureBelow = loaded.config().path("unsure_below").asDouble(0);
        calls = VisionCalls.of(loaded, this::classify);
    }

    private ImageClassifier(ImageClassifier same, VisionCalls<Classification> calls) {
        loaded = same.loaded;
        views = same.views;
        scores = same.scores;
        unsureBelow = same.unsureBelow;
        this.calls = calls;
    }

    /** The embedded model: 20 everyday classes, on the CPU, without any file or network. */
    public static ImageClassifier embedded() {
        return checked(LoadedVisionModel.embedded(Compute.DEFAULT));
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout, on the CPU in float32.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the others,
     *     or the model isn't supported
     * @throws IllegalArgumentException if the model has no classification head
     */
    public static ImageClassifier load(Path folder) {
        return load(folder, Compute.DEFAULT);
    }

    /** The same on another device, or in another precision. */
    public static ImageClassifier load(Path folder, Compute compute) {
        return checked(LoadedVisionModel.load(folder, compute));
    }

    /** The embedded model on another device, or in another precision. */
    public static ImageClassifier embedded(Compute compute) {
        return checked(LoadedVisionModel.embedded(compute));
    }

    /**
     * The model of a checkpoint's folder with an adapter merged into its weights. The adapter's folder may hold a config.json,
     * which tells its classes; then the checkpoint needs no head.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException as for {@link #load(Path)}, or if the adapter was made for
     *     another model
     */
    public static ImageClassifier loadMerged(Path folder, PeftAdapter adapter, Compute compute) {
        return checked(LoadedVisionModel.merged(folder, adapter, compute));
    }

    private static ImageClassifier checked(LoadedVisionModel loaded) {
        if (!loaded.model().classifies()) {
            loaded.close();
            throw new IllegalArgumentException("This checkpoint has no classification head, so it can't classify.\n"
                    + "  try:  embed with it, or choose one whose class ends in ForImageClassification.");
        }
        try {
            return new ImageClassifier(loaded, Views.of(loaded.config()));
        } catch (IllegalArgumentException e) {
            loaded.close();
            throw e;
        }
    }

    /**
     * The same model changed by an adapter, perhaps with other classes, which a config.json in the adapter's folder tells. Both
     * classifiers share the weights, which stay as they are. Deadlines and batching are to be set on the result. Closing it
     * frees the adapter alone; this one's closing closes both.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the adapter was made for another model, or must be
     *     merged ({@link #loadMerged})
     */
    public ImageClassifier with(PeftAdapter adapter) {
        return new ImageClassifier(loaded.with(adapter), views);
    }

    /**
     * The same classifier, which looks at other views of each picture; each costs about as much as the first. The embedded
     * model has several by default, other checkpoints the whole picture alone. Deadlines and batching are to be set on the
     * result. Closing either closes both.
     */
    public ImageClassifier lookingAt(Views views) {
        return new ImageClassifier(loaded, views);
    }

    /**
     * The same classifier, whose calls answer within a time or not at all; for one call: {@code
     * classifier.withDeadline(Duration.ofSeconds(1)).classify(image)}. Of a stream each batch has this time. Closing either closes both.
     *
     * <p>A call that is too late ends with a {@link io.vitrail.transformer.CallException}: at once while it waits, after
     * the pass where one has begun with its picture, whose result is then dropped.
     *
     * @param limit from 1 millisecond to 365 days
     */
    public ImageClassifier withDeadline(Duration limit) {
        return new ImageClassifier(this, calls.withDeadline(limit));
    }

    /**
     * The same classifier, which sends pictures of several callers through the model together. It pays where many threads
     * ask for one picture each, and costs a lone caller the wait. Closing either closes both.
     *
     * @param most pictures in a batch at most; those of a list, eight at a time, stay together even if they are more
     * @param wait how long a picture waits for others while the model has nothing to do, 0 to 60 seconds. With 0 no time is
     *     lost: pictures only gather while others are being computed.
     */
    public ImageClassifier batching(int most, Duration wait) {
        return new ImageClassifier(this, calls.batching(most, wait));
    }

    /** All classes of one picture, best first. */
    public Classification classify(Image image) {
        return classify(List.of(image)).get(0);
    }

    /** Several pictures, in batches; results in their order. */
    public List<Classification> classify(List<Image> images) {
        return looks().answer(images, calls::answer);
    }

    /**
     * Any number of pictures in constant memory: they are taken from the stream as results are asked for, one after the
     * other. Of files that are decoded as the stream goes only one picture is in memory, however large the others are.
     */
    public Stream<Classification> classify(Stream<Image> images) {
        return looks().answer(images, calls::answer);
    }

    private Looks<Classification> looks() {
        return new Looks<>(
                views, Math.min(loaded.model().imageHeight(), loaded.model().imageWidth()), Classification::mean);
    }

    /** Names of the classes, by index. */
    public List<String> labels() {
        return loaded.labels();
    }

    private List<Classification> classify(VisionModel model, NDArray pixels, Pass pass) {
        NDArray probabilities = probabilities(model, pixels, pass);
        if (views.mirrored()) {
            probabilities = probabilities
                    .add(probabilities(model, pixels.flip(WIDTH), pass))
                    .div(2);
        }
        return classifications(probabilities.toFloatArray());
    }

    /** [batch, channels, imageHeight, imageWidth] to [batch, labels]. */
    private NDArray probabilities(VisionModel model, NDArray pixels, Pass pass) {
        NDArray logits = model.logits(model.features(VisionInput.of(pixels), pass), pass); // [batch, labels]
        return scores.probabilities(logits);
    }

    private List<Classification> classifications(float[] all) {
        List<Classification> results = new ArrayList<>();
        int classes = labels().size();
        for (int start = 0; start < all.length; start += classes) {
            results.add(classification(all, start));
        }
        return results;
    }

    private Classification classification(float[] probabilities, int start) {
        List<ScoredLabel> scored = new ArrayList<>();
        for (int i = 0; i < labels().size(); i++) {
            scored.add(new ScoredLabel(labels().get(i), i, probabilities[start + i]));
        }
        scored.sort(Comparator.comparingDouble(ScoredLabel::probability).reversed());
        return new Classification(scored, unsureBelow);
    }

    @Override
    public void close() {
        loaded.close();
    }
}
