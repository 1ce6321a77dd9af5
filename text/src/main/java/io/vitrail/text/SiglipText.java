package io.vitrail.text;

import static io.vitrail.text.TextTask.FEATURES;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;
import java.util.Optional;

/**
 * The text tower of SigLIP (Zhai et al. 2023, "Sigmoid Loss for Language Image Pre-Training"). It differs from
 * {@link ClipText} in that tokens see each other, and the last one stands for the text, whatever it is: it was
 * trained with texts that are filled up to their full length, and sees what they are filled with. It loads from a
 * whole SigLIP as well; the vision tower's weights are then left alone.
 */
public final class SiglipText extends TextTower {
    static final Map<String, TextTask> CLASSES = TextTask.classes("SiglipText", FEATURES);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                       | block                                   | shape                  | note
            text_model.embeddings.token_embedding            | words                                   | vocabulary, width
            text_model.embeddings.position_embedding         | positions                               | maxLength, width
            text_model.embeddings.position_ids               | -                                       | -                      | unused: 0, 1, 2 and so on
            text_model.encoder.layers.{i}.layer_norm1        | encoder.{i}.norm1                       | width
            text_model.encoder.layers.{i}.self_attn.q_proj   | encoder.{i}.attention.projections.query | width, width
            text_model.encoder.layers.{i}.self_attn.k_proj   | encoder.{i}.attention.projections.key   | width, width
            text_model.encoder.layers.{i}.self_attn.v_proj   | encoder.{i}.attention.projections.value | width, width
            text_model.encoder.layers.{i}.self_attn.out_proj | encoder.{i}.attention.output            | width, width
            text_model.encoder.layers.{i}.layer_norm2        | encoder.{i}.norm2                       | width
            text_model.encoder.layers.{i}.mlp.fc1            | encoder.{i}.mlp.expand                  | mlpWidth, width
            text_model.encoder.layers.{i}.mlp.fc2            | encoder.{i}.mlp.contract                | width, mlpWidth
            text_model.final_layer_norm                      | norm                                    | width
            text_model.head                                  | projection                              | projectionWidth, width
            vision_model.*                                   | -                                       | -                      | unused: the vision tower of a whole SigLIP
            logit_scale                                      | -                                       | -                      | unused: for comparing pictures with texts
            logit_bias                                       | -                                       | -                      | unused: for comparing pictures with texts
            """);

    private static final Config DEFAULTS =
            new Config(new EncoderConfig(768, 12, 12, 3072, 1e-6f, Activation.GELU_TANH, Bias.PRESENT), 32000, 64);

    private final Config config;
    private final int padding;
    private final int projectionWidth;
    private final Linear projection;

    private SiglipText(Config config, int padding, int projectionWidth) {
        super(config, FEATURES);
        Check.that(
                padding >= 0 && padding < config.vocabulary(),
                "config.json: pad_token_id (%d) must be an id of the vocabulary (%d).",
                padding,
                config.vocabulary());
        this.config = config;
        this.padding = padding;
        this.projectionWidth = projectionWidth;
        projection = part("projection", new Linear(config.encoder().width(), projectionWidth));
    }

    /** From the config of a text tower, or of a whole SigLIP with one under "text_config"; without weights yet. */
    static SiglipText of(ConfigJson json, TextTask task) {
        ConfigJson text = json.object("text_config").orElse(json);
        Config config = Config.fromJson(text, DEFAULTS);
        return new SiglipText(
                config,
                text.integer("pad_token_id", 1),
                text.size("projection_size", config.encoder().width()));
    }

    /** Pooled is the last token, projected: {@code pooler_output}. */
    @Override
    public TextFeatures features(TextInput input, Pass pass) {
        NDArray x = tokens(input, input.mask(), pass);
        NDArray projected = projection.forward(x.get(":, -1"), pass); // [batch, projectionWidth]
        pass.trace().record("pooler_output", projected);
        return new TextFeatures(input, x, Optional.of(projected));
    }

    @Override
    public long padding() {
        return padding;
    }

    @Override
    boolean seesPadding() {
        return true;
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public Map<String, Long> sizes() {
        return sizes(config, projectionWidth);
    }
}
