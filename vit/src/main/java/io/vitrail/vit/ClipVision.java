package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Interpolation;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.Labels;
import io.vitrail.transformer.weights.WeightTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The vision tower of CLIP (Radford et al. 2021, "Learning Transferable Visual Models From Natural Language
 * Supervision", section 2.4). It differs from {@link Vit} in a norm before the encoder, in patches without a bias, and
 * in what it is for: a projection takes the pooled vector to a space that it shares with texts. It loads from a whole
 * CLIP as well, also as open_clip saves it; the text tower's weights are then left alone.
 */
public final class ClipVision extends VisionModel {
    static final Map<String, VisionTask> CLASSES = Map.of(
            "CLIPVisionModel", VisionTask.FEATURES,
            "CLIPVisionModelWithProjection", VisionTask.PROJECTION,
            "CLIPModel", VisionTask.PROJECTION,
            "CLIPForImageClassification", VisionTask.CLASSIFICATION);

    static final Map<String, VisionTask> OPEN_CLIP_CLASSES = Map.of("CLIP", VisionTask.PROJECTION);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                         | block                                   | shape                                     | note
            vision_model.embeddings.class_embedding            | embedding.classToken                    | 1, 1, width from width                    | reshaped: stored without the axes of batch and tokens
            vision_model.embeddings.patch_embedding            | embedding.patches                       | width, channels, patchHeight, patchWidth
            vision_model.embeddings.position_embedding.weight  | embedding.positions.table               | 1, positions, width from positions, width | reshaped: stored without the axis of the batch
            vision_model.embeddings.position_ids               | -                                       | -                                         | unused: 0, 1, 2 and so on
            vision_model.pre_layrnorm                          | preNorm                                 | width
            vision_model.encoder.layers.{i}.layer_norm1        | encoder.{i}.norm1                       | width
            vision_model.encoder.layers.{i}.self_attn.q_proj   | encoder.{i}.attention.projections.query | width, width
            vision_model.encoder.layers.{i}.self_attn.k_proj   | encoder.{i}.attention.projections.key   | width, width
            vision_model.encoder.layers.{i}.self_attn.v_proj   | encoder.{i}.attention.projections.value | width, width
            vision_model.encoder.layers.{i}.self_attn.out_proj | encoder.{i}.attention.output            | width, width
            vision_model.encoder.layers.{i}.layer_norm2        | encoder.{i}.norm2                       | width
            vision_model.encoder.layers.{i}.mlp.fc1            | encoder.{i}.mlp.expand                  | mlpWidth, width
            vision_model.encoder.layers.{i}.mlp.fc2            | encoder.{i}.mlp.contract                | width, mlpWidth
            vision_model.post_layernorm                        | norm                                    | width
            visual_projection                                  | projection                              | projectionWidth, width
            classifier                                         | head                                    | labels, width
            visual_projection.weight                           | -                                       | -                                         | unused: a head, where features are asked for
            classifier.*                                       | -                                       | -                                         | unused: a head, where features are asked for
            text_model.*                                       | -                                       | -                                         | unused: the text tower of a whole CLIP
            text_projection.weight                             | -                                       | -                                         | unused: the text tower of a whole CLIP
            logit_scale                                        | -                                       | -                                         | unused: for comparing pictures with texts
            """);

    /** The names that open_clip and OpenAI's own code give the same weights. */
    static final WeightTable OPEN_CLIP_WEIGHTS = WeightTable.parse(
            """
            checkpoint                                           | block                                                        | shape                                     | note
            visual.class_embedding                               | embedding.classToken                                         | 1, 1, width from width                    | reshaped: stored without the axes of batch and tokens
            visual.conv1                                         | embedding.patches                                            | width, channels, patchHeight, patchWidth
            visual.positional_embedding                          | embedding.positions.table                                    | 1, positions, width from positions, width | reshaped: stored without the axis of the batch
            visual.ln_pre                                        | preNorm                                                      | width
            visual.transformer.resblocks.{i}.ln_1                | encoder.{i}.norm1                                            | width
            visual.transformer.resblocks.{i}.attn.in_proj_weight | encoder.{i}.attention.projections.[query, key, value].weight | width, width                              | fused: one product for all three
            visual.transformer.resblocks.{i}.attn.in_proj_bias   | encoder.{i}.attention.projections.[query, key, value].bias   | width                                     | fused: one product for all three
            visual.transformer.resblocks.{i}.attn.out_proj       | encoder.{i}.attention.output                                 | width, width
            visual.transformer.resblocks.{i}.ln_2                | encoder.{i}.norm2                                            | width
            visual.transformer.resblocks.{i}.mlp.c_fc            | encoder.{i}.mlp.expand                                       | mlpWidth, width
            visual.transformer.resblocks.{i}.mlp.c_proj          | encoder.{i}.mlp.contract                                     | width, mlpWidth
            visual.ln_post                                       | norm                                                         | width
            visual.proj                                          | projection.weight                                            | projectionWidth, width                    | transposed: a matrix on the right of the vectors
            transformer.*                                        | -                                                            | -                                         | unused: the text tower
            text.*                                               | -                                                            | -                                         | unused: the text tower, of newer checkpoints
            token_embedding.weight                               | -                                                            | -                                         | unused: the text tower
            positional_embedding                                 | -                                                            | -                                         | unused: the text tower
            ln_final.*                                           | -                                                            | -                                         | unused: the text tower
            text_projection                                      | -                                                            | -                                         | unused: the text tower
            attn_mask                                            | -                                                            | -                                         | unused: the text tower
            logit_scale                                          | -                                                            | -                                         | unused: for comparing pictures with texts
            logit_bias                                           | -                                                            | -                                         | unused: for comparing pictures with texts
            """);

    /**
     * Sizes and choices of one vision tower.
     *
     * @param projectionWidth width of the space shared with texts
     * @param labels names of the classes
     * @param names what the checkpoint calls its weights
     */
    record Config(
            ImageConfig image, EncoderConfig encoder, int projectionWidth, List<String> labels, WeightTable names) {
        /** What is read here, or changes nothing in the numbers. */
        private static final Set<String> OPEN_CLIP_KEYS = Set.of(
                "image_size",
                "patch_size",
                "width",
                "layers",
                "head_width",
                "mlp_ratio",
                "norm_kwargs",
                "pool_type",
                "patch_dropout",
                "final_ln_after_pool",
                "output_tokens",
                "pos_embed_type",
                "attn_pooler_queries",
                "attn_pooler_heads");

        /** From the config of a vision tower, or of a whole CLIP with one under "vision_config". */
        static Config fromJson(ConfigJson json, int patch) {
            ConfigJson vision = json.object("vision_config").orElse(json);
            return new Config(
                    ImageConfig.fromJson(vision, 224, patch),
                    Vit.Config.encoder(vision, 1e-5, "quick_gelu", Bias.PRESENT),
                    json.size("projection_dim", 512),
                    Labels.of(json),
                    WEIGHTS);
        }

        /** From an open_clip_config.json, whose tower is a Vision Transformer of open_clip's own. */
        static Config fromOpenClip(ConfigJson json) {
            ConfigJson model = json.requiredObject("model_cfg");
            ConfigJson vision = model.requiredObject("vision_cfg");
            vision.keys()
                    .forEach(key -> Check.that(
                            OPEN_CLIP_KEYS.contains(key) || vision.isOff(key),
                            "A vision tower of open_clip with '%s' is not supported.",
                            key));
            Check.that(vision.text("pool_type", "tok").equals("tok"), "open_clip's 'pool_type' must be 'tok'.");
            int width = vision.size("width", 768);
            EncoderConfig encoder = new EncoderConfig(
                    width,
                    vision.integer("layers", 12),
                    width / vision.size("head_width", 64),
                    (int) (width * vision.number("mlp_ratio", 4)),
                    (float) vision.section("norm_kwargs").number("eps", 1e-5),
                    model.flag("quick_gelu", false) ? Activation.QUICK_GELU : Activation.GELU,
                    Bias.PRESENT);
            ImageConfig image = ImageConfig.fromJson(vision, 224, 16);
            return new Config(image, encoder, model.size("embed_dim", 512), List.of(), OPEN_CLIP_WEIGHTS);
        }
    }

    private final Config config;
    private final ImageEmbedding embedding;
    private final TokenNorm preNorm;
    private final Encoder encoder;
    private final TokenNorm norm;
    private final Optional<Linear> projection;

    private ClipVision(Config config, VisionTask task) {
        super(config.image(), task.scored(config.labels()));
        this.config = config;
        int width = config.encoder().width();
        embedding = part(
                "embedding",
                new ImageEmbedding(
                        config.image(),
                        new ImageEmbedding.Parts(
                                width,
                                Bias.ABSENT,
                                List.of("classToken"),
                                Optional.of(new ImageEmbedding.Positions(Interpolation.BICUBIC, PictureSizes.ITS_OWN)),
                                false)));
        preNorm = part("preNorm", config.encoder().norm());
        encoder = part("encoder", config.encoder().preNormEncoder());
        norm = part("norm", config.encoder().norm());
        projection = task == VisionTask.PROJECTION
                ? Optional.of(
                        part("projection", new Linear(width, config.projectionWidth(), Bias.ABSENT, Activation.LINEAR)))
                : Optional.empty();
        addHead(width);
    }

    /** The model that a config.json describes, without weights yet. */
    static ClipVision of(ConfigJson json, VisionTask task) {
        return new ClipVision(Config.fromJson(json, 32), task);
    }

    /** The tower that a config.json of GIT describes, without weights yet. */
    public static ClipVision ofGit(ConfigJson json) {
        return new ClipVision(Config.fromJson(json, 16), VisionTask.FEATURES);
    }

    /** The model that an open_clip_config.json describes, without weights yet. */
    static ClipVision ofOpenClip(ConfigJson json, VisionTask task) {
        return new ClipVision(Config.fromOpenClip(json), task);
    }

    /**
     * As {@link VisionModel#features}; with a projection, what it gives is recorded as {@code image_embeds}, and
     * pooled.
     */
    @Override
    public Features features(VisionInput input, Pass pass) {
        NDArray x = preNorm.forward(embedding.forward(input, pass), pass); // [batch, 1 + patches, width]
        x = encoder.forward(x, pass);
        pass.trace().record("last_hidden_state", x);
        NDArray classToken = norm.forward(x.get(":, 0"), pass); // [batch, width]
        pass.trace().record("pooler_output", classToken);
        if (projection.isEmpty()) {
            return new Features(x, classToken);
        }
        NDArray projected = projection.get().forward(classToken, pass); // [batch, projectionWidth]
        pass.trace().record("image_embeds", projected);
        return new Features(x, projected);
    }

    /** The features' tokens behind the norm that the pooled one has: what texts see in GIT, [batch, tokens, width]. */
    public NDArray normed(Features features, Pass pass) {
        return norm.forward(features.tokens(), pass);
    }

    /** The head reads the mean of the patches, which aren't normalised. */
    @Override
    NDArray summary(Features features) {
        return features.tokens().get(":, 1:").mean(new int[] {1}); // [batch, width]
    }

    @Override
    public Readout readout() {
        return classifies() ? Readout.PATCHES : Readout.CLASS_TOKEN;
    }

    @Override
    public WeightTable weightTable() {
        return config.names();
    }

    @Override
    public Map<String, Long> sizes() {
        return Sizes.of(config.image(), config.encoder())
                .and("positions", config.image().grid().tokens() + 1)
                .and("projectionWidth", config.projectionWidth())
                .and("labels", config.labels().size())
                .asMap();
    }
}
