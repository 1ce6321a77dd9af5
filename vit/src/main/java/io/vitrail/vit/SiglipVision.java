package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.AttentionPooling;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Interpolation;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.Labels;
import io.vitrail.transformer.weights.WeightTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The vision tower of SigLIP (Zhai et al. 2023, "Sigmoid Loss for Language Image Pre-Training"). It differs from
 * {@link Vit} in having no class token: a learned probe asks the patches for the pooled vector. It loads from a whole
 * SigLIP as well; the text tower's weights are then left alone.
 */
public final class SiglipVision extends VisionModel {
    static final Map<String, VisionTask> CLASSES = Map.of(
            "SiglipVisionModel", VisionTask.FEATURES,
            "SiglipModel", VisionTask.FEATURES,
            "SiglipForImageClassification", VisionTask.CLASSIFICATION);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                         | block                                   | shape                                     | note
            vision_model.embeddings.patch_embedding            | embedding.patches                       | width, channels, patchHeight, patchWidth
            vision_model.embeddings.position_embedding.weight  | embedding.positions.table               | 1, positions, width from positions, width | reshaped: stored without the axis of the batch
            vision_model.embeddings.position_ids               | -                                       | -                                         | unused: 0, 1, 2 and so on
            vision_model.encoder.layers.{i}.layer_norm1        | encoder.{i}.norm1                       | width
            vision_model.encoder.layers.{i}.self_attn.q_proj   | encoder.{i}.attention.projections.query | width, width
            vision_model.encoder.layers.{i}.self_attn.k_proj   | encoder.{i}.attention.projections.key   | width, width
            vision_model.encoder.layers.{i}.self_attn.v_proj   | encoder.{i}.attention.projections.value | width, width
            vision_model.encoder.layers.{i}.self_attn.out_proj | encoder.{i}.attention.output            | width, width
            vision_model.encoder.layers.{i}.layer_norm2        | encoder.{i}.norm2                       | width
            vision_model.encoder.layers.{i}.mlp.fc1            | encoder.{i}.mlp.expand                  | mlpWidth, width
            vision_model.encoder.layers.{i}.mlp.fc2            | encoder.{i}.mlp.contract                | width, mlpWidth
            vision_model.post_layernorm                        | norm                                    | width
            vision_model.head.probe                            | pooling.probe                           | 1, 1, width
            vision_model.head.attention.in_proj_weight         | pooling.projections.weight              | 3*width, width
            vision_model.head.attention.in_proj_bias           | pooling.projections.bias                | 3*width
            vision_model.head.attention.out_proj               | pooling.output                          | width, width
            vision_model.head.layernorm                        | pooling.norm                            | width
            vision_model.head.mlp.fc1                          | pooling.mlp.expand                      | mlpWidth, width
            vision_model.head.mlp.fc2                          | pooling.mlp.contract                    | width, mlpWidth
            classifier                                         | head                                    | labels, width
            classifier.*                                       | -                                       | -                                         | unused: a head, where features are asked for
            text_model.*                                       | -                                       | -                                         | unused: the text tower of a whole SigLIP
            logit_scale                                        | -                                       | -                                         | unused: for comparing pictures with texts
            logit_bias                                         | -                                       | -                                         | unused: for comparing pictures with texts
            """);

    /** What stands for the whole picture. */
    enum PooledFrom {
        /** What the probe learns of the patches. */
        PROBE,
        /** The mean of the patches: the checkpoint has no probe. */
        MEAN
    }

    /**
     * Sizes and choices of one vision tower.
     *
     * @param labels names of the classes
     */
    record Config(ImageConfig image, EncoderConfig encoder, PooledFrom pooledFrom, List<String> labels) {

        /** From the config of a vision tower, or of a whole SigLIP with one under "vision_config". */
        static Config fromJson(ConfigJson json) {
            ConfigJson vision = json.object("vision_config").orElse(json);
            return new Config(
                    ImageConfig.fromJson(vision, 224, 16),
                    Vit.Config.encoder(vision, 1e-6, "gelu_pytorch_tanh", Bias.PRESENT),
                    vision.flag("vision_use_head", true) ? PooledFrom.PROBE : PooledFrom.MEAN,
                    Labels.of(json));
        }
    }

    private final Config config;
    private final ImageEmbedding embedding;
    private final Encoder encoder;
    private final TokenNorm norm;
    private final Optional<AttentionPooling> pooling;

    private SiglipVision(Config config, VisionTask task) {
        super(config.image(), task.scored(config.labels()));
        this.config = config;
        int width = config.encoder().width();
        embedding = part(
                "embedding",
                new ImageEmbedding(
                        config.image(),
                        new ImageEmbedding.Parts(
                                width,
                                Bias.PRESENT,
                                List.of(),
                                Optional.of(new ImageEmbedding.Positions(
                                        Interpolation.BICUBIC, PictureSizes.AS_MANY_PATCHES)),
                                false)));
        encoder = part("encoder", config.encoder().preNormEncoder());
        norm = part("norm", config.encoder().norm());
        pooling = config.pooledFrom() == PooledFrom.PROBE
                ? Optional.of(part("pooling", new AttentionPooling(config.encoder())))
                : Optional.empty();
        addHead(width);
    }

    /** The model that a config.json describes, without weights yet. */
    static SiglipVision of(ConfigJson json, VisionTask task) {
        return new SiglipVision(Config.fromJson(json), task);
    }

    /** As {@link VisionModel#features}; {@code pooler_output} is recorded only where there is a probe. */
    @Override
    public Features features(VisionInput input, Pass pass) {
        NDArray x = encoder.forward(embedding.forward(input, pass), pass); // [batch, patches, width]
        x = norm.forward(x, pass);
        pass.trace().record("last_hidden_state", x);
        if (pooling.isEmpty()) {
            return new Features(x, mean(x));
        }
        NDArray pooled = pooling.get().forward(x, pass); // [batch, width]
        pass.trace().record("pooler_output", pooled);
        return new Features(x, pooled);
    }

    /** The head reads the mean of the patches. */
    @Override
    NDArray summary(Features features) {
        return mean(features.tokens());
    }

    private static NDArray mean(NDArray tokens) {
        return tokens.mean(new int[] {1}); // [batch, width]
    }

    /** None before the patches. */
    @Override
    public int specialTokens() {
        return 0;
    }

    @Override
    public Readout readout() {
        return classifies() || pooling.isEmpty() ? Readout.PATCHES : Readout.PROBE;
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public Map<String, Long> sizes() {
        return Sizes.of(config.image(), config.encoder())
                .and("positions", config.image().grid().tokens())
                .and("labels", config.labels().size())
                .asMap();
    }
}
