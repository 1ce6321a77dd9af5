package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.AttentionConfig;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.GatedMlp;
import io.vitrail.transformer.Grid;
import io.vitrail.transformer.LayerScale;
import io.vitrail.transformer.Mlp;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.RotaryGrid;
import io.vitrail.transformer.Rotation;
import io.vitrail.transformer.ScaledPreNormBlock;
import io.vitrail.transformer.SelfAttention;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * DINOv3's Vision Transformer (Siméoni et al. 2025, "DINOv3", section 3.2). It differs from {@link Dinov2Registers} in
 * its positions: nothing is added to the tokens, but queries and keys are turned by the place of their patch
 * ({@link RotaryGrid}). It has no classification head.
 */
public final class Dinov3Vit extends VisionModel {
    static final Map<String, VisionTask> CLASSES = Map.of("DINOv3ViTModel", VisionTask.FEATURES);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                            | block                                   | shape
            {base}.embeddings.cls_token           | embedding.classToken                    | 1, 1, width
            {base}.embeddings.mask_token          | embedding.maskToken                     | 1, 1, width
            {base}.embeddings.register_tokens     | registers.tokens                        | 1, registers, width
            {base}.embeddings.patch_embeddings    | embedding.patches                       | width, channels, patchHeight, patchWidth
            {base}.layer.{i}.norm1                | encoder.{i}.norm1                       | width
            {base}.layer.{i}.attention.q_proj     | encoder.{i}.attention.projections.query | width, width
            {base}.layer.{i}.attention.k_proj     | encoder.{i}.attention.projections.key   | width, width
            {base}.layer.{i}.attention.v_proj     | encoder.{i}.attention.projections.value | width, width
            {base}.layer.{i}.attention.o_proj     | encoder.{i}.attention.output            | width, width
            {base}.layer.{i}.layer_scale1.lambda1 | encoder.{i}.scale1.scale                | width
            {base}.layer.{i}.norm2                | encoder.{i}.norm2                       | width
            {base}.layer.{i}.mlp.up_proj          | encoder.{i}.mlp.expand                  | mlpWidth, width
            {base}.layer.{i}.mlp.down_proj        | encoder.{i}.mlp.contract                | width, mlpWidth
            {base}.layer.{i}.mlp.gate_proj        | encoder.{i}.mlp.gate                    | mlpWidth, width
            {base}.layer.{i}.mlp.up_proj          | encoder.{i}.mlp.up                      | mlpWidth, width
            {base}.layer.{i}.mlp.down_proj        | encoder.{i}.mlp.down                    | width, mlpWidth
            {base}.layer.{i}.layer_scale2.lambda1 | encoder.{i}.scale2.scale                | width
            {base}.norm                           | norm                                    | width
            """);

    /**
     * Sizes and choices of one DINOv3.
     *
     * @param image the pictures that it was trained for last; it reads others too
     * @param attention of each block, of the encoder's width and heads
     * @param gated whether that part has a gate
     * @param layerScale where a layer scale starts
     * @param registers number of register tokens
     * @param theta the base of the rotary frequencies
     */
    record Config(
            ImageConfig image,
            EncoderConfig encoder,
            AttentionConfig attention,
            Bias mlpBias,
            boolean gated,
            float layerScale,
            int registers,
            double theta) {
        Config {
            Check.that(registers >= 0, "num_register_tokens (%d) must not be negative", registers);
        }

        static Config fromJson(ConfigJson json) {
            EncoderConfig encoder = new EncoderConfig(
                    json.size("hidden_size", 384),
                    json.integer("num_hidden_layers", 12),
                    json.size("num_attention_heads", 6),
                    json.size("intermediate_size", 1536),
                    (float) json.number("layer_norm_eps", 1e-5),
                    Activation.named(json.text("hidden_act", "gelu")),
                    Bias.PRESENT);
            AttentionConfig attention = new AttentionConfig(
                    encoder.width(),
                    encoder.heads(),
                    Bias.of(json.flag("query_bias", true)),
                    Bias.of(json.flag("key_bias", false)),
                    Bias.of(json.flag("value_bias", true)),
                    Bias.of(json.flag("proj_bias", true)));
            return new Config(
                    ImageConfig.fromJson(json, 224, 16),
                    encoder,
                    attention,
                    Bias.of(json.flag("mlp_bias", true)),
                    json.flag("use_gated_mlp", false),
                    (float) json.number("layerscale_value", 1),
                    json.integer("num_register_tokens", 0),
                    json.number("rope_theta", 100));
        }

        private ImageEmbedding embedding() {
            return new ImageEmbedding(
                    image,
                    new ImageEmbedding.Parts(
                            encoder.width(), Bias.PRESENT, List.of("classToken"), Optional.empty(), true));
        }

        private Encoder scaledPreNormEncoder() {
            return new Encoder(
                    encoder.depth(),
                    i -> new ScaledPreNormBlock(
                            encoder.norm(),
                            new SelfAttention(attention),
                            new LayerScale(encoder.width(), layerScale),
                            encoder.norm(),
                            mlp(),
                            new LayerScale(encoder.width(), layerScale)));
        }

        private TensorBlock mlp() {
            return gated
                    ? new GatedMlp(encoder.width(), encoder.mlpWidth(), encoder.activation(), mlpBias)
                    : new Mlp(encoder.width(), encoder.mlpWidth(), encoder.activation(), mlpBias);
        }
    }

    private final Config config;
    private final RotaryGrid positions;
    private final ImageEmbedding embedding;
    private final RegisterTokens registers;
    private final Encoder encoder;
    private final TokenNorm norm;

    private Dinov3Vit(Config config) {
        super(config.image(), List.of());
        this.config = config;
        positions = new RotaryGrid(config.encoder().headWidth(), config.theta());
        embedding = part("embedding", config.embedding());
        registers = part(
                "registers",
                new RegisterTokens(config.registers(), config.encoder().width()));
        encoder = part("encoder", config.scaledPreNormEncoder());
        norm = part("norm", config.encoder().norm());
    }

    /** The model that a config.json describes, without weights yet. */
    static Dinov3Vit of(ConfigJson json, VisionTask task) {
        return new Dinov3Vit(Config.fromJson(json));
    }

    @Override
    public Features features(VisionInput input, Pass pass) {
        Grid grid = config.image().wholePatches(input);
        NDArray x = embedding.forward(input, pass); // [batch, 1 + patches, width]
        x = registers.forward(x, pass); // [batch, 1 + registers + patches, width]
        Rotation rotation = positions.over(grid, 1 + config.registers(), x.getManager());
        x = norm.forward(encoder.forward(x, pass.withRotation(rotation)), pass);
        pass.trace().record("last_hidden_state", x);
        NDArray classToken = x.get(":, 0"); // [batch, width]
        pass.trace().record("pooler_output", classToken);
        return new Features(x, classToken);
    }

    @Override
    public int specialTokens() {
        return 1 + config.registers();
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public String basePrefix() {
        return "dinov3_vit";
    }

    @Override
    public Map<String, Long> sizes() {
        return Sizes.of(config.image(), config.encoder())
                .and("registers", config.registers())
                .asMap();
    }
}
