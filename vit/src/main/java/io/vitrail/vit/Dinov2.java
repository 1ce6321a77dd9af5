package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Interpolation;
import io.vitrail.transformer.LayerScale;
import io.vitrail.transformer.Mlp;
import io.vitrail.transformer.PackedGatedMlp;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ScaledPreNormBlock;
import io.vitrail.transformer.SelfAttention;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.Labels;
import io.vitrail.transformer.weights.WeightTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * DINOv2 (Oquab et al. 2023, "Learning Robust Visual Features without Supervision"). It differs from {@link Vit} in a
 * layer scale on each residual branch, in SwiGLU for its largest size, in reading pictures of any size, and in a
 * classifier that reads the mean of the patches beside the class token.
 */
public final class Dinov2 extends VisionModel {
    static final Map<String, VisionTask> CLASSES =
            Map.of("Dinov2Model", VisionTask.FEATURES, "Dinov2ForImageClassification", VisionTask.CLASSIFICATION);

    /** The rows that {@link Dinov2Registers} shares. */
    static final String ROWS =
            """
            checkpoint                                         | block                                   | shape
            {base}.embeddings.cls_token                        | embedding.classToken                    | 1, 1, width
            {base}.embeddings.mask_token                       | embedding.maskToken                     | 1, 1, width from 1, width | reshaped: stored without the axis of tokens
            {base}.embeddings.position_embeddings              | embedding.positions.table               | 1, positions, width
            {base}.embeddings.patch_embeddings.projection      | embedding.patches                       | width, channels, patchHeight, patchWidth
            {base}.encoder.layer.{i}.norm1                     | encoder.{i}.norm1                       | width
            {base}.encoder.layer.{i}.attention.attention.query | encoder.{i}.attention.projections.query | width, width
            {base}.encoder.layer.{i}.attention.attention.key   | encoder.{i}.attention.projections.key   | width, width
            {base}.encoder.layer.{i}.attention.attention.value | encoder.{i}.attention.projections.value | width, width
            {base}.encoder.layer.{i}.attention.output.dense    | encoder.{i}.attention.output            | width, width
            {base}.encoder.layer.{i}.layer_scale1.lambda1      | encoder.{i}.scale1.scale                | width
            {base}.encoder.layer.{i}.norm2                     | encoder.{i}.norm2                       | width
            {base}.encoder.layer.{i}.mlp.fc1                   | encoder.{i}.mlp.expand                  | mlpWidth, width
            {base}.encoder.layer.{i}.mlp.fc2                   | encoder.{i}.mlp.contract                | width, mlpWidth
            {base}.encoder.layer.{i}.mlp.weights_in            | encoder.{i}.mlp.gateAndUp               | 2*mlpWidth, width
            {base}.encoder.layer.{i}.mlp.weights_out           | encoder.{i}.mlp.down                    | width, mlpWidth
            {base}.encoder.layer.{i}.layer_scale2.lambda1      | encoder.{i}.scale2.scale                | width
            {base}.layernorm                                   | norm                                    | width
            classifier                                         | head                                    | labels, 2*width
            classifier.*                                       | -                                       | - | unused: a head, where features are asked for
            """;

    static final WeightTable WEIGHTS = WeightTable.parse(ROWS);

    /**
     * Sizes and choices of one DINOv2.
     *
     * @param gated whether the feed-forward part is SwiGLU
     * @param layerScale where a layer scale starts
     * @param maskToken whether there is a token for masked patches
     * @param labels names of the classes
     */
    record Config(
            ImageConfig image,
            EncoderConfig encoder,
            boolean gated,
            float layerScale,
            boolean maskToken,
            List<String> labels) {

        static Config fromJson(ConfigJson json, int defaultPatch) {
            boolean gated = json.flag("use_swiglu_ffn", false);
            int width = json.size("hidden_size", 768);
            int mlpWidth = (int) (width * json.number("mlp_ratio", 4));
            EncoderConfig encoder = new EncoderConfig(
                    width,
                    json.integer("num_hidden_layers", 12),
                    json.size("num_attention_heads", 12),
                    gated ? gatedWidth(mlpWidth) : mlpWidth,
                    (float) json.number("layer_norm_eps", 1e-6),
                    gated ? Activation.SILU : Activation.named(json.text("hidden_act", "gelu")),
                    Bias.of(json.flag("qkv_bias", true)));
            return new Config(
                    ImageConfig.fromJson(json, 224, defaultPatch),
                    encoder,
                    gated,
                    (float) json.number("layerscale_value", 1),
                    json.flag("use_mask_token", true),
                    Labels.of(json));
        }

        Config withMaskToken() {
            return new Config(image, encoder, gated, layerScale, true, labels);
        }

        /** Two thirds, so that three matrices hold as much as two (Shazeer 2020, section 3), up to a multiple of 8. */
        private static int gatedWidth(int mlpWidth) {
            return (mlpWidth * 2 / 3 + 7) / 8 * 8;
        }

        /** @param interpolation how the table of positions is resized */
        ImageEmbedding embedding(Interpolation interpolation) {
            return new ImageEmbedding(
                    image,
                    new ImageEmbedding.Parts(
                            encoder.width(),
                            Bias.PRESENT,
                            List.of("classToken"),
                            Optional.of(new ImageEmbedding.Positions(interpolation, PictureSizes.ALL)),
                            maskToken));
        }

        /** The stack of blocks, pre-norm, with a layer scale on each branch. */
        Encoder scaledPreNormEncoder() {
            return new Encoder(
                    encoder.depth(),
                    i -> new ScaledPreNormBlock(
                            encoder.norm(),
                            new SelfAttention(encoder.attention()),
                            new LayerScale(encoder.width(), layerScale),
                            encoder.norm(),
                            mlp(),
                            new LayerScale(encoder.width(), layerScale)));
        }

        private TensorBlock mlp() {
            return gated
                    ? new PackedGatedMlp(encoder.width(), encoder.mlpWidth(), encoder.activation())
                    : new Mlp(encoder.width(), encoder.mlpWidth(), encoder.activation());
        }

        /** Width of what the classifier reads: the class token and the mean of the patches. */
        int summaryWidth() {
            return 2 * encoder.width();
        }

        Sizes sizes() {
            return Sizes.of(image, encoder)
                    .and("positions", image.grid().tokens() + 1)
                    .and("labels", labels.size());
        }
    }

    private final Config config;
    private final ImageEmbedding embedding;
    private final Encoder encoder;
    private final TokenNorm norm;

    private Dinov2(Config config, VisionTask task) {
        super(config.image(), task.scored(config.labels()));
        this.config = config;
        embedding = part("embedding", config.embedding(Interpolation.BICUBIC));
        encoder = part("encoder", config.scaledPreNormEncoder());
        norm = part("norm", config.encoder().norm());
        addHead(config.summaryWidth());
    }

    /** The model that a config.json describes, without weights yet. */
    static Dinov2 of(ConfigJson json, VisionTask task) {
        return new Dinov2(Config.fromJson(json, 14), task);
    }

    @Override
    public Features features(VisionInput input, Pass pass) {
        NDArray x = embedding.forward(input, pass); // [batch, 1 + patches, width]
        x = norm.forward(encoder.forward(x, pass), pass);
        pass.trace().record("last_hidden_state", x);
        NDArray classToken = x.get(":, 0"); // [batch, width]
        pass.trace().record("pooler_output", classToken);
        return new Features(x, classToken);
    }

    @Override
    NDArray summary(Features features) {
        return classAndMeanOfPatches(features.tokens(), 1);
    }

    /** [batch, special + patches, width] to [batch, 2 · width]. */
    static NDArray classAndMeanOfPatches(NDArray tokens, int special) {
        NDArray mean = tokens.get(":, {}:", special).mean(new int[] {1}); // [batch, width]
        return NDArrays.concat(new NDList(tokens.get(":, 0"), mean), 1);
    }

    @Override
    public Readout readout() {
        return classifies() ? Readout.CLASS_TOKEN_AND_PATCHES : Readout.CLASS_TOKEN;
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public String basePrefix() {
        return "dinov2";
    }

    @Override
    public Map<String, Long> sizes() {
        return config.sizes().asMap();
    }
}
