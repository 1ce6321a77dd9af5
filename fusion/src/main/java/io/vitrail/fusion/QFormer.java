package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.CrossAttention;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Initializers;
import io.vitrail.transformer.Mlp;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.PostNormBlock;
import io.vitrail.transformer.PostNormDecoderBlock;
import io.vitrail.transformer.SelfAttention;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.weights.ConfigJson;

/**
 * The Q-Former (Li et al. 2023, "BLIP-2", section 3.1, figure 2): a few learned queries, which see one another, ask a
 * picture's tokens in every second layer of a BERT, and then stand for the picture. [pictures, tokens, contextWidth] to
 * [pictures, queries, width].
 */
final class QFormer extends TensorBlock {
    private static final int MOST_QUERIES = 1 << 12;

    /**
     * Sizes and choices.
     *
     * @param queries how many there are
     * @param contextWidth width of the picture's tokens
     * @param frequency layers from one that asks the picture to the next; the first does
     */
    record Config(EncoderConfig encoder, int queries, int contextWidth, int frequency) {
        Config {
            Check.that(
                    queries <= MOST_QUERIES,
                    "config.json: num_query_tokens (%d) must be at most %d.",
                    queries,
                    MOST_QUERIES);
        }

        /** As BLIP-2's config.json names them, with the reference's defaults. */
        static Config fromJson(ConfigJson json, int contextWidth) {
            ConfigJson qformer = json.section("qformer_config");
            String positions = "position_embedding_type";
            if (!qformer.text(positions, "absolute").equals("absolute")) {
                throw qformer.wrong(positions, "'absolute': the queries of a picture have no order");
            }
            EncoderConfig encoder = new EncoderConfig(
                    qformer.size("hidden_size", 768),
                    qformer.integer("num_hidden_layers", 12),
                    qformer.size("num_attention_heads", 12),
                    qformer.size("intermediate_size", 3072),
                    (float) qformer.number("layer_norm_eps", 1e-12),
                    Activation.named(qformer.text("hidden_act", "gelu")),
                    Bias.PRESENT);
            int queries = json.size("num_query_tokens", 32);
            return new Config(encoder, queries, contextWidth, qformer.size("cross_attention_frequency", 2));
        }

        int width() {
            return encoder.width();
        }

        private TensorBlock block(int layer) {
            SelfAttention attention = new SelfAttention(encoder.attention());
            Mlp mlp = new Mlp(width(), encoder.mlpWidth(), encoder.activation());
            if (layer % frequency != 0) {
                return new PostNormBlock(attention, encoder.norm(), mlp, encoder.norm());
            }
            CrossAttention asking = new CrossAttention(encoder.attention(), contextWidth);
            return new PostNormDecoderBlock(attention, encoder.norm(), asking, encoder.norm(), mlp, encoder.norm());
        }
    }

    private final Config config;
    private final Parameter queries;
    private final TokenNorm norm;
    private final Encoder encoder;

    QFormer(Config config) {
        this.config = config;
        queries = parameter("queries", Parameter.Type.OTHER, Initializers.NORMAL, 1, config.queries(), config.width());
        norm = part("norm", config.encoder().norm());
        encoder = part("encoder", new Encoder(config.encoder().depth(), config::block));
    }

    /** Records {@code last_hidden_state} and {@code pooler_output}, the first query's, which nothing else reads. */
    @Override
    public NDArray forward(NDArray picture, Pass pass) {
        Shape all = new Shape(picture.getShape().get(0), config.queries(), config.width());
        NDArray x = picture.getManager().zeros(all).add(value(queries, picture, pass)); // [pictures, queries, width]
        x = encoder.forward(norm.forward(x, pass), pass.withContext(Tokens.of(picture)));
        pass.trace().record("last_hidden_state", x);
        pass.trace().record("pooler_output", x.get(":, 0"));
        return x;
    }
}
