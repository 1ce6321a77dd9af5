package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
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

/**
 * The Vision Transformer (Dosovitskiy et al. 2020, "An Image is Worth 16x16 Words"): patches become tokens, a class token
 * goes before them, learned positions are added, and a pre-norm encoder does the rest. All other vision models here are told
 * by their differences from this one. The paper's L is {@code depth}, its D {@code width}.
 */
public final class Vit extends VisionModel {
    static final Map<String, VisionTask> CLASSES = Map.of(
            "ViTModel", VisionTask.FEATURES,
            "ViTModel(add_pooling_layer=False)", VisionTask.FEATURES_WITHOUT_POOLER,
            "ViTForImageClassification", VisionTask.CLASSIFICATION,
            "ViTForMaskedImageModeling", VisionTask.MASKED_IMAGE_MODELING);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                        | block                                   | shape
            {base}.embeddings.cls_token                        | embedding.classToken                    | 1, 1, width
            {base}.embeddings.mask_token                       | embedding.maskToken                     | 1, 1, width
            {base}.embeddings.position_embeddings              | embedding.positions.table               | 1, positions, width
            {base}.embeddings.patch_embeddings.projection      | embedding.patches                       | width, channels, patchHeight, patchWidth
            {base}.encoder.layer.{i}.layernorm_before          | encoder.{i}.norm1                       | width
            {base}.encoder.layer.{i}.attention.attention.query | encoder.{i}.attention.projections.query | width, width
            {base}.encoder.layer.{i}.attention.attention.key   | encoder.{i}.attention.projections.key   | width, width
            {base}.encoder.layer.{i}.attention.attention.value | encoder.{i}.attention.projections.value | width, width
            {base}.encoder.layer.{i}.attention.output.dense    | encoder.{i}.attention.output            | width, width
            {base}.encoder.layer.{i}.layernorm_after           | encoder.{i}.norm2                       | width
            {base}.encoder.layer.{i}.intermediate.dense        | encoder.{i}.mlp.expand                  | mlpWidth, width
            {base}.encoder.layer.{i}.output.dense              | encoder.{i}.mlp.contract                | width, mlpWidth
            {base}.layernorm                                   | norm                                    | width
            {base}.pooler.dense                                | pooler                                  | pooledWidth, width
            classifier                                        | head                                    | labels, width
            classifier.*                                      | -                                       | - | unused: a head, where features are asked for
            {base}.pooler.*                                   | -                                       | - | unused: a classifier reads the class token itself
            {base}.embeddings.mask_token                      | -                                       | - | unused: for masked image modeling
            decoder.*                                         | -                                       | - | unused: it draws the masked patches' pixels
            """);

    /**
     * Sizes and choices of one ViT.
     *
     * @param pooledWidth width of the pooled vector
     * @param poolerActivation applied to it
     * @param labels names of the classes
     */
    record Config(
            ImageConfig image,
            EncoderConfig encoder,
            int pooledWidth,
            Activation poolerActivation,
            List<String> labels) {

        static Config fromJson(ConfigJson json) {
            EncoderConfig encoder = encoder(json, 1e-12, "gelu", Bias.of(json.flag("qkv_bias", true)));
            return new Config(
                    ImageConfig.fromJson(json, 224, 16),
                    encoder,
                    json.size("pooler_output_size", encoder.width()),
                    Activation.named(json.text("pooler_act", "tanh")),
                    Labels.of(json));
        }

        /** An encoder by the names that most families' configs give its sizes; the others' defaults are ViT-Base's. */
        static EncoderConfig encoder(ConfigJson json, double epsilon, String activation, Bias queryKeyValueBias) {
            return new EncoderConfig(
                    json.size("hidden_size", 768),
                    json.integer("num_hidden_layers", 12),
                    json.size("num_attention_heads", 12),
                    json.size("intermediate_size", 3072),
                    (float) json.number("layer_norm_eps", epsilon),
                    Activation.named(json.text("hidden_act", activation)),
                    queryKeyValueBias);
        }

        /** The embedding; DeiT and ViT-MAE have the same with other special tokens or pictures. */
        ImageEmbedding embedding(List<String> specialTokens, PictureSizes pictures, VisionTask task) {
            return new ImageEmbedding(
                    image,
                    new ImageEmbedding.Parts(
                            encoder.width(),
                            Bias.PRESENT,
                            specialTokens,
                            Optional.of(new ImageEmbedding.Positions(Interpolation.BICUBIC, pictures)),
                            task == VisionTask.MASKED_IMAGE_MODELING));
        }

        /** The pooler, if the task has one. */
        Optional<Linear> pooler(VisionTask task) {
            return task == VisionTask.FEATURES
                    ? Optional.of(new Linear(encoder.width(), pooledWidth, Bias.PRESENT, poolerActivation))
                    : Optional.empty();
        }
    }

    private final Config config;
    private final ImageEmbedding embedding;
    private final Encoder encoder;
    private final TokenNorm norm;
    private final Optional<Linear> pooler;

    private Vit(Config config, VisionTask task) {
        super(config.image(), task.scored(config.labels()));
        this.config = config;
        embedding = part("embedding", config.embedding(List.of("classToken"), PictureSizes.ITS_OWN, task));
        encoder = part("encoder", config.encoder().preNormEncoder());
        norm = part("norm", config.encoder().norm());
        pooler = config.pooler(task).map(layer -> part("pooler", layer));
        addHead(config.encoder().width());
    }

    /** The model that a config.json describes, without weights yet. */
    static Vit of(ConfigJson json, VisionTask task) {
        return new Vit(Config.fromJson(json), task);
    }

    @Override
    public Features features(VisionInput input, Pass pass) {
        NDArray x = embedding.forward(input, pass); // [batch, 1 + patches, width]
        return pooled(norm.forward(encoder.forward(x, pass), pass), pooler, pass);
    }

    /** The features that ViT and DeiT make of their tokens, [batch, tokens, width]; records them. */
    static Features pooled(NDArray x, Optional<Linear> pooler, Pass pass) {
        pass.trace().record("last_hidden_state", x);
        NDArray classToken = x.get(":, 0"); // [batch, width]
        if (pooler.isEmpty()) {
            return new Features(x, classToken);
        }
        NDArray pooled = pooler.get().forward(classToken, pass); // [batch, pooledWidth]
        pass.trace().record("pooler_output", pooled);
        return new Features(x, pooled);
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public String basePrefix() {
        return "vit";
    }

    @Override
    public Map<String, Long> sizes() {
        return Sizes.of(config.image(), config.encoder())
                .and("positions", config.image().grid().tokens() + 1)
                .and("pooledWidth", config.pooledWidth())
                .and("labels", config.labels().size())
                .asMap();
    }
}
