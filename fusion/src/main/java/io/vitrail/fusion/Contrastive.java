package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.vitrail.text.TextEncoder;
import io.vitrail.text.TextInput;
import io.vitrail.text.tokenizer.Padding;
import io.vitrail.transformer.Initializers;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.WeightTable;
import io.vitrail.vit.ClassScores;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.VisionModel;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Two towers that take pictures and texts to one space, where those that belong together lie in about the same
 * direction (Radford et al. 2021, "Learning Transferable Visual Models From Natural Language Supervision", section
 * 2.3, figure 3). Neither tower sees the other's tokens: what one made of a picture or text serves for all
 * comparisons. As a DJL block it maps pixels to what {@link #pictures} makes of them.
 */
public abstract class Contrastive extends FusionModel {
    private final VisionModel vision;
    private final TextEncoder text;
    private final Parameter scale;

    /**
     * @param scale the logarithm of the factor of all scores, before training
     * @param scaleShape how the checkpoint stores it
     */
    Contrastive(VisionModel vision, TextEncoder text, double scale, long... scaleShape) {
        this.vision = part("vision", vision);
        this.text = part("text", text);
        this.scale = number("scale", scale, scaleShape);
    }

    final VisionModel vision() {
        return vision;
    }

    final TextEncoder text() {
        return text;
    }

    /** A parameter of one value. */
    final Parameter number(String name, double initial, long... shape) {
        return parameter(name, Parameter.Type.OTHER, Initializers.constant((float) initial), shape);
    }

    /** [batch, sharedWidth], of any length; records the vision tower's stages under {@code vision_model_output.}. */
    public final NDArray pictures(VisionInput input, Pass pass) {
        Pass traced = pass.withTrace(pass.trace().prefixed("vision_model_output."));
        return vision.features(input, traced).pooled();
    }

    /** [batch, sharedWidth], of any length; records the text tower's stages under {@code text_model_output.}. */
    public final NDArray texts(TextInput input, Pass pass) {
        Pass traced = pass.withTrace(pass.trace().prefixed("text_model_output."));
        return text.features(input, traced).pooled().orElseThrow();
    }

    /** The same directions with length 1. */
    public static NDArray unit(NDArray features) {
        return features.normalize(2, 1);
    }

    /**
     * How well each picture fits each text, before softmax or sigmoid: exp(scale) · cosine, and what a subclass adds.
     *
     * @param pictures [pictures, sharedWidth], of length 1
     * @param texts [texts, sharedWidth], of length 1
     * @return [pictures, texts]
     */
    public NDArray logits(NDArray pictures, NDArray texts, Pass pass) {
        return pictures.matMul(texts.transpose()).mul(factor(pictures, pass));
    }

    /** What cosines are multiplied by, exp(scale), in x's manager. */
    final NDArray factor(NDArray x, Pass pass) {
        return of(scale, x, pass).exp();
    }

    /** The value of a number, in x's manager. */
    final NDArray of(Parameter number, NDArray x, Pass pass) {
        return Scope.lend(value(number, x, pass), x.getManager());
    }

    /**
     * How well each picture fits each text: {@link #logits}; records the vectors and scores by the reference's names.
     */
    public final NDArray compare(VisionInput pictures, TextInput texts, Pass pass) {
        NDArray images = unit(pictures(pictures, pass)); // [pictures, sharedWidth]
        NDArray sentences = unit(texts(texts, pass)); // [texts, sharedWidth]
        NDArray logits = logits(images, sentences, pass); // [pictures, texts]
        pass.trace().record("image_embeds", images);
        pass.trace().record("text_embeds", sentences);
        pass.trace().record("logits_per_image", logits);
        pass.trace().record("logits_per_text", logits.transpose());
        return logits;
    }

    /** How texts of different lengths become one batch, as in training. */
    public abstract Padding padding();

    /** The id that rows are filled with where the tower sees it; without one it is the tokenizer's. */
    OptionalLong filling() {
        return OptionalLong.empty();
    }

    /** How scores of several texts for a picture become probabilities. */
    public abstract ClassScores scores();

    /** Most tokens of a text, special ones included. */
    public final int maxTokens() {
        return text.maxTokens();
    }

    @Override
    public NDArray forward(NDArray pixels, Pass pass) {
        return pictures(VisionInput.of(pixels), pass);
    }

    @Override
    List<WeightTable.Filling> towers(Checkpoint checkpoint) {
        return List.of(vision.filling(checkpoint), text.filling(checkpoint));
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of();
    }
}
