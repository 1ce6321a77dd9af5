package io.vitrail.fusion;

import io.vitrail.text.TextEncoder;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextTask;
import io.vitrail.text.tokenizer.Padding;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import io.vitrail.vit.ClassScores;
import io.vitrail.vit.VisionModels;
import io.vitrail.vit.VisionTask;

/**
 * CLIP (Radford et al. 2021, section 2): a Vision Transformer whose class token, and a causal text encoder whose last
 * token are projected to the shared space. It learned which of the texts in a batch is a picture's: so scores go
 * through a softmax.
 */
public final class Clip extends Contrastive {
    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint               | block | shape  | note
            logit_scale              | scale | scalar
            vision_model.*           | -     | -      | unused: the vision tower's own
            visual_projection.weight | -     | -      | unused: the vision tower's own
            text_model.*             | -     | -      | unused: the text tower's own
            text_projection.weight   | -     | -      | unused: the text tower's own
            """);

    private Clip(ConfigJson json) {
        super(
                VisionModels.create(json, VisionTask.PROJECTION),
                TextModels.create(json, TextTask.PROJECTION, TextEncoder.class),
                json.number("logit_scale_init_value", 2.6592));
    }

    /** The model that a config.json describes, without weights yet. */
    static Clip of(ConfigJson json, FusionTask task) {
        return new Clip(json);
    }

    /** To the longest: no token sees what is behind it. */
    @Override
    public Padding padding() {
        return Padding.LONGEST;
    }

    @Override
    public ClassScores scores() {
        return ClassScores.SOFTMAX;
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }
}
