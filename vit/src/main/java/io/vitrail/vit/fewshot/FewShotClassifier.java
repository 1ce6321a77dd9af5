package io.vitrail.vit.fewshot;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.Classification;
import io.vitrail.vit.ModelIdentity;
import io.vitrail.vit.ScoredLabel;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Says which of some classes a picture shows, of which it has seen a few examples each. The model that makes vectors of
 * the pictures isn't trained: what is learned is small, and learned in moments.
 *
 * <pre>{@code
 * FrozenFeatures features = VisionFeatures.embedded();
 * Examples examples = Examples.NONE.with("mug", features.of(mugs)).with("plate", features.of(plates));
 * try (FewShotClassifier classifier = FewShotClassifier.learn(features, examples, FewShotMethod.DEFAULT)) {
 *     System.out.println(classifier.withClass("bowl", bowls).classify(photo).best());
 * }
 * }</pre>
 *
 * <p>Immutable and thread-safe: callers take turns at the model. It holds the model's native memory until it is closed;
 * its results don't. Classifiers that come of it, by {@link #withClass} or {@link #withoutClass}, share its model:
 * closing one closes all.
 */
public final class FewShotClassifier implements AutoCloseable {
    private final FrozenFeatures features;
    private final FewShotMethod method;
    private final Examples examples;
    private final ClassHead head;

    private FewShotClassifier(FrozenFeatures features, FewShotMethod method, Examples examples, ClassHead head) {
        this.features = features;
        this.method = method;
        this.examples = examples;
        this.head = head;
    }

    /**
     * Learns classes.
     *
     * @param features that made the examples; closed with the classifier, unless this fails
     * @throws IllegalArgumentException if there are no examples, or the method needs what the features lack
     */
    public static FewShotClassifier learn(FrozenFeatures features, Examples examples, FewShotMethod method) {
        Check.given(features, "features");
        Check.given(method, "method");
        Check.that(!Check.given(examples, "examples").byClass().isEmpty(), "At least 1 class is needed.");
        return new FewShotClassifier(features, method, examples, method.learn(examples, features));
    }

    /**
     * Loads what was {@linkplain #save saved}, learned on the embedded model's features.
     *
     * @throws CheckpointException if files are missing or damaged, or belong to another model
     */
    public static FewShotClassifier load(Path folder) {
        VisionFeatures features = VisionFeatures.embedded();
        try {
            return load(folder, features);
        } catch (RuntimeException | Error e) {
            features.close();
            throw e;
        }
    }

    /**
     * Loads what was saved. It answers as it did.
     *
     * @param features of the model that it was learned on, with the same {@linkplain #templatesOf templates}; closed
     *     with the classifier, unless this fails
     * @throws CheckpointException if files are missing or damaged, or belong to another model or other templates
     */
    public static FewShotClassifier load(Path folder, FrozenFeatures features) {
        SavedFewShot saved = SavedFewShot.read(folder);
        if (!saved.model().fingerprint().equals(features.identity().fingerprint())) {
            throw CheckpointException.of(
                    "The classes were learned on the vectors of " + saved.model() + ", not of " + features.identity()
                            + ".",
                    folder,
                    "that model, or learn them again with this one.");
        }
        if (!saved.templates().isEmpty() && !saved.templates().equals(features.templates())) {
            throw CheckpointException.of(
                    "The classes' names were learned in the sentences " + saved.templates() + ", not in "
                            + features.templates() + ".",
                    folder,
                    "those sentences, or learn them again with these.");
        }
        return new FewShotClassifier(features, saved.method(), saved.examples(), saved.head(folder));
    }

    /** Which model a folder's classifier was learned on. */
    public static ModelIdentity modelOf(Path folder) {
        return SavedFewShot.model(folder);
    }

    /** The sentences that names of a folder's classes were put into; none if its method reads no names. */
    public static List<String> templatesOf(Path folder) {
        return SavedFewShot.templates(folder);
    }

    /**
     * Saves it: {@code few-shot.json}, and a file of numbers that belongs to it. Pictures aren't saved, only their
     * vectors. What was saved there before is replaced at once, when all is written.
     *
     * @param folder made if it isn't there; other files in it stay
     * @throws CheckpointException if it can't be written
     */
    public void save(Path folder) {
        List<String> templates = method.readsNames() ? features.templates() : List.of();
        new SavedFewShot(features.identity(), method, templates, examples, head.matrices()).write(folder);
    }

    /**
     * With a further class; pictures of one that is there are added to its examples. Only these go through the model.
     */
    public FewShotClassifier withClass(String name, List<Image> pictures) {
        Check.that(!Check.allGiven(pictures, "pictures").isEmpty(), "The class '%s' needs at least 1 picture.", name);
        return learn(features, examples.with(Check.given(name, "name"), features.of(pictures)), method);
    }

    /**
     * Without a class.
     *
     * @throws IllegalArgumentException if it isn't there, or is the only one
     */
    public FewShotClassifier withoutClass(String name) {
        return learn(features, examples.without(name), method);
    }

    /** The classes, by index. */
    public List<String> classes() {
        return examples.names();
    }

    /** What it learned from. */
    public Examples examples() {
        return examples;
    }

    /** Closed with this. */
    public FrozenFeatures features() {
        return features;
    }

    public FewShotMethod method() {
        return method;
    }

    /** All classes of one picture, best first. */
    public Classification classify(Image image) {
        return classify(List.of(Check.given(image, "image"))).get(0);
    }

    /** Several pictures, in batches; results in their order. */
    public List<Classification> classify(List<Image> images) {
        return features.of(Check.given(images, "images")).stream()
                .map(this::classification)
                .toList();
    }

    /** Any number of pictures in constant memory, taken from the stream one after the other. */
    public Stream<Classification> classify(Stream<Image> images) {
        return features.of(images).map(this::classification);
    }

    private Classification classification(Embedding vector) {
        double[] probabilities = head.logits(vector.values());
        Rows.softmax(probabilities);
        List<String> names = examples.names();
        List<ScoredLabel> scored = new ArrayList<>();
        for (int i = 0; i < probabilities.length; i++) {
            scored.add(new ScoredLabel(names.get(i), i, probabilities[i]));
        }
        scored.sort(Comparator.comparingDouble(ScoredLabel::probability).reversed());
        return new Classification(scored, 0);
    }

    @Override
    public void close() {
        features.close();
    }
}
