package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.weights.CheckpointModel;
import java.util.List;
import java.util.Optional;

/**
 * A model from pixels to features, and to logits if it has a classification head. As a DJL block it maps normalised pixels
 * [batch, channels, imageHeight, imageWidth] to logits [batch, labels], or to the pooled features without a head.
 */
public abstract class VisionModel extends CheckpointModel {
    private final ImageConfig image;
    private final List<String> labels;
    private Optional<Linear> head = Optional.empty();

    /** @param labels names of the classes; none for a model without a classification head */
    VisionModel(ImageConfig image, List<String> labels) {
        this.image = image;
        this.labels = List.copyOf(labels);
    }

    /** Adds the part "head" if there are classes; called by the subclass after its other parts. */
    final void addHead(int inWidth) {
        if (classifies()) {
            head = Optional.of(part("head", new Linear(inWidth, labels.size())));
        }
    }

    /** What the model sees in a batch; records {@code last_hidden_state}, {@code pooler_output} and the layers' stages. */
    public abstract Features features(VisionInput input, Pass pass);

    /** What the classification head reads: [batch, head's inWidth]. */
    NDArray summary(Features features) {
        return features.pooled();
    }

    /**
     * Class scores before softmax or sigmoid, [batch, labels]; records {@code logits}.
     *
     * @throws IllegalArgumentException if the model has no classification head
     */
    public NDArray logits(Features features, Pass pass) {
        NDArray logits = head().forward(summary(features), pass);
        pass.trace().record("logits", logits);
        return logits;
    }

    /**
     * Adds numbers to the classes' logits, once for all.
     *
     * @param shifts one for each of {@link #labels()}
     * @throws IllegalArgumentException if the model has no classification head
     */
    public void shiftLogits(float... shifts) {
        head().shift(shifts);
    }

    private Linear head() {
        return head.orElseThrow(() -> new IllegalArgumentException(
                "This checkpoint has no classification head, so it can't classify.%n".formatted()
                        + "  try:  embed with it, or choose one whose class ends in ForImageClassification."));
    }

    /** Tokens that stand before the patches, such as the class token: 1 unless the family differs. */
    public int specialTokens() {
        return 1;
    }

    /** Which tokens the answer is read from: the class token unless the family differs. */
    public Readout readout() {
        return Readout.CLASS_TOKEN;
    }

    /**
     * How the tokens of a layer lie on normalised pixels, and which of them its attention brings together: patches side by
     * side, and all, unless the family differs.
     *
     * @param layer counted from 0
     */
    public TokenLayout layout(int layer, int height, int width) {
        return image.layout(specialTokens(), height, width);
    }

    /** Names of the classes by index; empty without a classification head. */
    public final List<String> labels() {
        return labels;
    }

    /** Whether there is a classification head. */
    public final boolean classifies() {
        return !labels.isEmpty();
    }

    /** Height of the pictures that the model was made for, in pixels. */
    public final int imageHeight() {
        return image.imageHeight();
    }

    /** Width of the pictures that the model was made for, in pixels. */
    public final int imageWidth() {
        return image.imageWidth();
    }

    @Override
    public NDArray forward(NDArray pixels, Pass pass) {
        Features features = features(VisionInput.of(pixels), pass);
        return classifies() ? logits(features, pass) : features.pooled();
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Check.that(classifies(), "The output's shape is known for classification heads only.");
        return new Shape[] {new Shape(inputShapes[0].get(0), labels.size())};
    }
}
