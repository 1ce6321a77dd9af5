package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.vitrail.text.CocaText;
import io.vitrail.text.tokenizer.Padding;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import io.vitrail.vit.ClassScores;
import io.vitrail.vit.CocaVision;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * CoCa that compares (Yu et al. 2022, "CoCa: Contrastive Captioners are Image-Text Foundation Models", section 3.2,
 * figure 2), as open_clip builds and saves it. It differs from {@link Clip} in its towers, which {@link CocaWriter}
 * goes on from.
 */
public final class Coca extends Contrastive {
    /** The class of open_clip. */
    static final String CLASS = "CoCa";

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint     | block | shape | note
            visual.*       | -     | -     | unused: the vision tower's own
            text.*         | -     | -     | unused: the text tower's own
            text_decoder.* | -     | -     | unused: for captions
            """);

    private final Optional<Parameter> bias;
    private final boolean axis;
    private final boolean ownFilling;

    private Coca(ConfigJson model, long... scaleShape) {
        super(
                CocaVision.of(model),
                CocaText.of(model),
                model.number("init_logit_scale", Math.log(1 / 0.07)),
                scaleShape);
        axis = scaleShape.length > 0;
        bias = model.has("init_logit_bias")
                ? Optional.of(number("bias", model.number("init_logit_bias", 0), scaleShape))
                : Optional.empty();
        ownFilling = model.requiredObject("text_cfg").has("hf_tokenizer_name");
    }

    /** The model that an open_clip_config.json describes, without weights yet. */
    static Coca of(ConfigJson json, FusionTask task) {
        ConfigJson model = json.requiredObject("model_cfg");
        return model.flag("nonscalar_logit_scale", false) ? new Coca(model, 1) : new Coca(model);
    }

    @Override
    public NDArray logits(NDArray pictures, NDArray texts, Pass pass) {
        NDArray scores = super.logits(pictures, texts, pass);
        return bias.map(number -> scores.add(of(number, scores, pass))).orElse(scores);
    }

    /** To the full length: the class token's place is behind it. */
    @Override
    public Padding padding() {
        return Padding.MAX_LENGTH;
    }

    /** Zero, as open_clip's own tokenizer has it. */
    @Override
    OptionalLong filling() {
        return ownFilling ? OptionalLong.empty() : OptionalLong.of(0);
    }

    @Override
    public ClassScores scores() {
        return bias.isPresent() ? ClassScores.SIGMOID : ClassScores.SOFTMAX;
    }

    @Override
    public WeightTable weightTable() {
        String shape = axis ? "1" : "scalar";
        String rows = "checkpoint | block\nlogit_scale | scale | " + shape + "\n";
        return WEIGHTS.and(WeightTable.parse(rows + (bias.isPresent() ? "logit_bias | bias | " + shape + "\n" : "")));
    }

    @Override
    List<WeightTable.Filling> towers(Checkpoint checkpoint) {
        return List.of(vision().filling(checkpoint, "visual"), text().filling(checkpoint, "text"));
    }
}
