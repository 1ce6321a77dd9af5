package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Interpolation;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The vision tower of BLIP (Li et al. 2022, section 3.1) and of BLIP-2 (Li et al. 2023, section 3.1). It differs from {@link Vit}
 * in no more than the names of its weights, projections to queries, keys and values that are stored as one, and a pooled vector
 * that is the class token normalised once more. Texts ask all of its tokens.
 */
public final class BlipVision extends VisionModel {
    static final Map<String, VisionTask> CLASSES = Map.of("BlipVisionModel", VisionTask.FEATURES);

    static final Map<String, VisionTask> BLIP2_CLASSES = Map.of("Blip2VisionModel", VisionTask.FEATURES);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                     | block                                                 | shape                                     | note
            {base}.embeddings.class_embedding              | embedding.classToken                                  | 1, 1, width
            {base}.embeddings.patch_embedding              | embedding.patches                                     | width, channels, patchHeight, patchWidth
            {base}.embeddings.position_embedding           | embedding.positions.table                             | 1, positions, width
            {base}.encoder.layers.{i}.layer_norm1          | encoder.{i}.norm1                                     | width
            {base}.encoder.layers.{i}.self_attn.qkv        | encoder.{i}.attention.projections.[query, key, value] | width, width                              | fused: one product for all three
            {base}.encoder.layers.{i}.self_attn.projection | encoder.{i}.attention.output                          | width, width
            {base}.encoder.layers.{i}.layer_norm2          | encoder.{i}.norm2                                     | width
            {base}.encoder.layers.{i}.mlp.fc1              | encoder.{i}.mlp.expand                                | mlpWidth, width
            {base}.encoder.layers.{i}.mlp.fc2              | encoder.{i}.mlp.contract                              | width, mlpWidth
            {base}.post_layernorm                          | norm                                                  | width
            text_model.*                                   | -                                                     | -                                         | unused: texts, of BlipModel
            text_encoder.*                                 | -                                                     | -                                         | unused: reads questions or texts
            text_decoder.*                                 | -                                                     | -                                         | unused: writes captions or answers
            visual_projection.weight                       | -                                                     | -                                         | unused: for comparing with texts
            vision_proj.*                                  | -                                                     | -                                         | unused: for comparing with texts
            text_projection.weight                         | -                                                     | -                                         | unused: for comparing with pictures
            text_proj.*                                    | -                                                     | -                                         | unused: for comparing with pictures
            logit_scale                                    | -                                                     | -                                         | unused: for comparing with texts
            itm_head.*                                     | -                                                     | -                                         | unused: whether a text belongs to a picture
            query_tokens                                   | -                                                     | -                                         | unused: BLIP-2's questions to the picture
            qformer.*                                      | -                                                     | -                                         | unused: asks BLIP-2's questions
            language_projection.*                          | -                                                     | -                                         | unused: BLIP-2's answers as words
            language_model.*                               | -                                                     | -                                         | unused: writes BLIP-2's texts
            """);

    /** Sizes of one tower. */
    record Config(ImageConfig image, EncoderConfig encoder) {
        /** From the config of a vision tower, or of a whole model with one under "vision_config". */
        static Config fromJson(ConfigJson json) {
            ConfigJson vision = json.object("vision_config").orElse(json);
            return new Config(
                    ImageConfig.fromJson(vision, 384, 16),
                    Vit.Config.encoder(vision, 1e-5, "gelu", Bias.of(vision.flag("qkv_bias", true))));
        }

        /** The same for BLIP-2, whose tower is a larger one where the config doesn't say: EVA's ViT-g (Fang et al. 2022). */
        static Config fromBlip2Json(ConfigJson json) {
            ConfigJson vision = json.object("vision_config").orElse(json);
            EncoderConfig encoder = new EncoderConfig(
                    vision.size("hidden_size", 1408),
                    vision.integer("num_hidden_layers", 39),
                    vision.size("num_attention_heads", 16),
                    vision.size("intermediate_size", 6144),
                    (float) vision.number("layer_norm_eps", 1e-6),
                    Activation.named(vision.text("hidden_act", "gelu")),
                    Bias.of(vision.flag("qkv_bias", true)));
            return new Config(ImageConfig.fromJson(vision, 224, 14), encoder);
        }
    }

    private final Config config;
    private final ImageEmbedding embedding;
    private final Encoder encoder;
    private final TokenNorm norm;

    private BlipVision(Config config) {
        super(config.image(), List.of());
        this.config = config;
        embedding = part(
                "embedding",
                new ImageEmbedding(
                        config.image(),
                        new ImageEmbedding.Parts(
                                config.encoder().width(),
                                Bias.PRESENT,
                                List.of("classToken"),
                                Optional.of(new ImageEmbedding.Positions(Interpolation.BICUBIC, PictureSizes.ITS_OWN)),
                                false)));
        encoder = part("encoder", config.encoder().preNormEncoder());
        norm = part("norm", config.encoder().norm());
    }

    /** The tower that a config.json of BLIP describes, without weights yet. */
    public static BlipVision of(ConfigJson json) {
        return new BlipVision(Config.fromJson(json));
    }

    /** The tower that a config.json of BLIP-2 describes, without weights yet. */
    public static BlipVision ofBlip2(ConfigJson json) {
        return new BlipVision(Config.fromBlip2Json(json));
    }

    @Override
    public Features features(VisionInput input, Pass pass) {
        NDArray x = embedding.forward(input, pass); // [batch, 1 + patches, width]
        x = norm.forward(encoder.forward(x, pass), pass);
        pass.trace().record("last_hidden_state", x);
        NDArray pooled = norm.forward(x.get(":, 0"), pass); // [batch, width]
        pass.trace().record("pooler_output", pooled);
        return new Features(x, pooled);
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public String basePrefix() {
        return "vision_model";
    }

    @Override
    public Map<String, Long> sizes() {
        return Sizes.of(config.image(), config.encoder())
                .and("positions", config.image().grid().tokens() + 1)
                .asMap();
    }
}
