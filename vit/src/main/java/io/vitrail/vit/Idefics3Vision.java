package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.weights.CheckpointModel;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;

/**
 * The vision tower of Idefics3 and SmolVLM (Laurençon et al. 2024, "Building and better understanding vision-language
 * models", section 3). It differs from {@link SiglipVision} in taking pictures of any size, padded ones among them, whose
 * patches get positions by fractions; and in pooling nothing.
 */
public final class Idefics3Vision extends CheckpointModel {
    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                            | block                                   | shape
            embeddings.patch_embedding            | embedding.patches                       | width, channels, patchHeight, patchWidth
            embeddings.position_embedding         | embedding.positions                     | positions, width
            encoder.layers.{i}.layer_norm1        | encoder.{i}.norm1                       | width
            encoder.layers.{i}.self_attn.q_proj   | encoder.{i}.attention.projections.query | width, width
            encoder.layers.{i}.self_attn.k_proj   | encoder.{i}.attention.projections.key   | width, width
            encoder.layers.{i}.self_attn.v_proj   | encoder.{i}.attention.projections.value | width, width
            encoder.layers.{i}.self_attn.out_proj | encoder.{i}.attention.output            | width, width
            encoder.layers.{i}.layer_norm2        | encoder.{i}.norm2                       | width
            encoder.layers.{i}.mlp.fc1            | encoder.{i}.mlp.expand                  | mlpWidth, width
            encoder.layers.{i}.mlp.fc2            | encoder.{i}.mlp.contract                | width, mlpWidth
            post_layernorm                        | norm                                    | width
            """);

    private final ImageConfig image;
    private final EncoderConfig config;
    private final FractionalImageEmbedding embedding;
    private final Encoder encoder;
    private final TokenNorm norm;

    private Idefics3Vision(ImageConfig image, EncoderConfig config) {
        this.image = image;
        this.config = config;
        embedding = part("embedding", new FractionalImageEmbedding(image, config.width()));
        encoder = part("encoder", config.preNormEncoder());
        norm = part("norm", config.norm());
    }

    /** As the part "vision_config" of a config.json describes it, without weights yet. */
    public static Idefics3Vision of(ConfigJson json) {
        EncoderConfig config = new EncoderConfig(
                json.size("hidden_size", 1152),
                json.integer("num_hidden_layers", 12),
                json.size("num_attention_heads", 16),
                json.size("intermediate_size", 3072),
                (float) json.number("layer_norm_eps", 1e-6),
                Activation.named(json.text("hidden_act", "gelu_pytorch_tanh")),
                Bias.PRESENT);
        return new Idefics3Vision(ImageConfig.fromJson(json, 224, 32), config);
    }

    /** What the model sees: [pictures, patches, width], row by row from the top left; padding has tokens too. */
    public NDArray tokens(VisionInput input, Pass pass) {
        NDArray x = encoder.forward(embedding.forward(input, pass), pass).vectors();
        return norm.forward(x, pass);
    }

    /** How its tokens lie on the pixels of one picture. */
    public TokenLayout layout(int imageHeight, int imageWidth) {
        return image.layout(0, imageHeight, imageWidth);
    }

    @Override
    public NDArray forward(NDArray pixels, Pass pass) {
        return tokens(VisionInput.of(pixels), pass);
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public Map<String, Long> sizes() {
        return Sizes.of(image, config).and("positions", image.grid().tokens()).asMap();
    }
}
