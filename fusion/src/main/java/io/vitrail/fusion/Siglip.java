package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.vitrail.text.TextEncoder;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextTask;
import io.vitrail.text.tokenizer.Padding;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import io.vitrail.vit.ClassScores;
import io.vitrail.vit.VisionModels;
import io.vitrail.vit.VisionTask;

/**
 * SigLIP (Zhai et al. 2023, "Sigmoid Loss for Language Image Pre-Training", section 3.2). It differs from
 * {@link Clip} in its towers, and in that it learned of each pair by itself whether it belongs together: so scores
 * have a bias, and go through a sigmoid. All of a picture's probabilities may be small.
 */
public final class Siglip extends Contrastive {
    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint     | block | shape | note
            logit_scale    | scale | 1
            logit_bias     | bias  | 1
            vision_model.* | -     | -     | unused: the vision tower's own
            text_model.*   | -     | -     | unused: the text tower's own
            """);

    private final Parameter bias;

    private Siglip(ConfigJson json) {
        super(
                VisionModels.create(json, VisionTask.FEATURES),
                TextModels.create(json, TextTask.FEATURES, TextEncoder.class),
                Math.log(10),
                1);
        bias = number("bias", -10, 1);
    }

    /** The model that a config.json describes, without weights yet. */
    static Siglip of(ConfigJson json, FusionTask task) {
        ConfigJson vision = json.section("vision_config");
        ConfigJson text = json.section("text_config");
        Check.that(
                vision.flag("vision_use_head", true),
                "config.json: without its head (vision_use_head false) the vision tower makes nothing to compare.");
        int ofPictures = vision.size("hidden_size", 768);
        int ofTexts = text.size("projection_size", text.size("hidden_size", 768));
        Check.that(
                ofPictures == ofTexts,
                "config.json: vision_config.hidden_size (%d) and text_config.projection_size (%d) must be equal.",
                ofPictures,
                ofTexts);
        return new Siglip(json);
    }

    @Override
    public NDArray logits(NDArray pictures, NDArray texts, Pass pass) {
        return super.logits(pictures, texts, pass).add(of(bias, pictures, pass));
    }

    /** To the full length: the text tower sees what rows are filled with, and reads the last token. */
    @Override
    public Padding padding() {
        return Padding.MAX_LENGTH;
    }

    @Override
    public ClassScores scores() {
        return ClassScores.SIGMOID;
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }
}
