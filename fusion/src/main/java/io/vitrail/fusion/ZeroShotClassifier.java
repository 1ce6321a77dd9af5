package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.vit.ClassScores;
import io.vitrail.vit.Classification;
import io.vitrail.vit.ScoredLabel;
import io.vitrail.vit.VisionCalls;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Says which of some labels a picture shows, with labels that the model wasn't trained for: they are compared as texts
 * (Radford et al. 2021, section 3.1.2).
 *
 * <pre>{@code
 * try (ZeroShotClassifier classifier = ZeroShotClassifier.load(folder, List.of("a cat", "a dog", "a car"))) {
 *     System.out.println(classifier.classify(Image.fromFile(Path.of("photo.jpg"))).best());
 * }
 * }</pre>
 *
 * <p>The labels go through the text tower once, when the classifier is made; a picture costs the vision tower alone.
 * With CLIP the probabilities add up to 1: one of the labels is taken to be right. With SigLIP each label is right or
 * not by itself.
 *
 * <p>Thread-safe: any number of threads may call one classifier; they take turns at the model. A call that waits ends
 * with a {@link io.vitrail.transformer.CallException} when its thread is interrupted or the classifier is closed. It
 * holds native memory until it is closed; its results don't.
 */
public final class ZeroShotClassifier implements AutoCloseable {
    /** Labels, at least 1, all different, and the sentences that they are put into. */
    public record Labels(List<String> names, PromptTemplates templates) {
        public Labels {
            LabelVectors.check(names);
            names = List.copyOf(names);
        }
    }

    private final LoadedContrastive loaded;
    private final LabelVectors labels;
    private final PromptTemplates templates;
    private final VisionCalls<Classification> calls;

    private ZeroShotClassifier(LoadedContrastive loaded, List<String> names, PromptTemplates templates) {
        this.loaded = loaded;
        this.templates = templates;
        labels = LabelVectors.of(names, templates, loaded);
        calls = loaded.pictures(this::classify);
    }

    private ZeroShotClassifier(ZeroShotClassifier same, VisionCalls<Classification> calls) {
        loaded = same.loaded;
        labels = same.labels;
        templates = same.templates;
        this.calls = calls;
    }

    /** The CLIP or SigLIP of a checkpoint's folder, on the CPU in float32, with the reference's template. */
    public static ZeroShotClassifier load(Path folder, List<String> labels) {
        return load(folder, labels, PromptTemplates.DEFAULT, Compute.DEFAULT);
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout.
     *
     * @param labels at least 1, all different
     * @param templates the sentences that they are put into
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the
     *     others
     * @throws IllegalArgumentException if the model doesn't compare pictures with texts, and the message names those
     *     that do; or if the labels aren't as said, or one is longer than the model takes
     */
    public static ZeroShotClassifier load(
            Path folder, List<String> labels, PromptTemplates templates, Compute compute) {
        LabelVectors.check(labels);
        return of(LoadedContrastive.load(folder, compute), labels, templates);
    }

    /**
     * The model of a checkpoint's folder with an adapter merged into its weights.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException as for {@link #load(Path, List, PromptTemplates,
     *     Compute)}, or if the adapter was made for another model
     */
    public static ZeroShotClassifier loadMerged(Path folder, PeftAdapter adapter, Labels labels, Compute compute) {
        return of(LoadedContrastive.merged(folder, adapter, compute), labels.names, labels.templates);
    }

    private static ZeroShotClassifier of(LoadedContrastive loaded, List<String> labels, PromptTemplates templates) {
        try {
            return new ZeroShotClassifier(loaded, labels, templates);
        } catch (RuntimeException | Error e) {
            loaded.close();
            throw e;
        }
    }

    /**
     * The same model changed by an adapter, with the same labels; they go through its text tower. Both classifiers share the
     * weights, which stay as they are. Deadlines and batching are set anew. Closing the one that is returned frees the
     * adapter alone; this one's closing closes both.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the adapter was made for another model, or must be
     *     merged ({@link #loadMerged})
     */
    public ZeroShotClassifier with(PeftAdapter adapter) {
        return of(loaded.with(adapter), labels(), templates);
    }

    /** The same model with other labels; deadlines and batching are set anew. Closing either closes both. */
    public ZeroShotClassifier withLabels(List<String> others, PromptTemplates templates) {
        LabelVectors.check(others);
        return new ZeroShotClassifier(loaded, others, templates);
    }

    /**
     * The same classifier, whose calls answer within a time or not at all. Of a stream each batch has this time.
     * Closing either closes both.
     *
     * @param limit from 1 millisecond to 365 days
     */
    public ZeroShotClassifier withDeadline(Duration limit) {
        return new ZeroShotClassifier(this, calls.withDeadline(limit));
    }

    /**
     * The same classifier, which sends pictures of several callers through the model together. Closing either closes
     * both.
     *
     * @param most pictures in a batch at most; those of a list, eight at a time, stay together even if they are more
     * @param wait how long a picture waits for others while the model has nothing to do, 0 to 60 seconds
     */
    public ZeroShotClassifier batching(int most, Duration wait) {
        return new ZeroShotClassifier(this, calls.batching(most, wait));
    }

    /** All labels for one picture, best first. */
    public Classification classify(Image image) {
        return classify(List.of(Check.given(image, "image"))).get(0);
    }

    /** Several pictures, in batches; results in their order. */
    public List<Classification> classify(List<Image> images) {
        return calls.answer(Check.given(images, "images"));
    }

    /** Any number of pictures in constant memory, taken from the stream one after the other. */
    public Stream<Classification> classify(Stream<Image> images) {
        return calls.answer(images);
    }

    /** The labels, by index. */
    public List<String> labels() {
        return labels.names();
    }

    /** How scores become probabilities here. */
    public ClassScores scores() {
        return loaded.model().scores();
    }

    private List<Classification> classify(Contrastive model, NDArray pictures, Pass pass) {
        NDArray texts = labels.array(pictures.getManager()); // [labels, sharedWidth]
        NDArray logits = model.logits(pictures, texts, pass); // [batch, labels]
        float[] all = model.scores().probabilities(logits).toFloatArray();
        List<Classification> results = new ArrayList<>();
        for (int start = 0; start < all.length; start += labels().size()) {
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
        return new Classification(scored, 0);
    }

    @Override
    public void close() {
        loaded.close();
    }
}
