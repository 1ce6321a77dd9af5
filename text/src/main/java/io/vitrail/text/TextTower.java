package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.LearnedPositions;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.Map;

/**
 * A text that is compared with pictures, read by a tower of its own: words and places, a pre-norm encoder as a Vision
 * Transformer's, a norm, and one token that stands for the whole text.
 */
abstract class TextTower extends ComparedText {
    /**
     * Sizes of one text tower.
     *
     * @param encoder sizes of the blocks
     * @param vocabulary number of word pieces
     * @param maxLength places that positions are known for
     */
    record Config(EncoderConfig encoder, int vocabulary, int maxLength) {
        /** As a tower's config names them; where it doesn't, they are those of these defaults. */
        static Config fromJson(ConfigJson json, Config defaults) {
            EncoderConfig blocks = defaults.encoder();
            String activation = json.text("hidden_act").orElse("");
            EncoderConfig encoder = new EncoderConfig(
                    json.size("hidden_size", blocks.width()),
                    json.integer("num_hidden_layers", blocks.depth()),
                    json.size("num_attention_heads", blocks.heads()),
                    json.size("intermediate_size", blocks.mlpWidth()),
                    (float) json.number("layer_norm_eps", blocks.normEpsilon()),
                    activation.isEmpty() ? blocks.activation() : Activation.named(activation),
                    Bias.PRESENT);
            return new Config(
                    encoder,
                    json.size("vocab_size", defaults.vocabulary()),
                    json.size("max_position_embeddings", defaults.maxLength()));
        }
    }

    private final TokenEmbedding words;
    private final LearnedPositions positions;
    private final Encoder encoder;
    private final TokenNorm norm;

    TextTower(Config config, TextTask task) {
        super(task, config.vocabulary(), config.maxLength());
        int width = config.encoder().width();
        words = part("words", new TokenEmbedding(config.vocabulary(), width));
        positions = part("positions", new LearnedPositions(config.maxLength(), width));
        encoder = part("encoder", config.encoder().preNormEncoder());
        norm = part("norm", config.encoder().norm());
    }

    /**
     * The tokens behind the last norm, [batch, tokens, width]; records {@code last_hidden_state} and the layers'
     * stages.
     */
    final NDArray tokens(TextInput input, AttentionMask mask, Pass pass) {
        NDArray x = words.forward(input.only(this, TextInput.Part.PLACES).ids(), pass);
        x = input.places().isPresent() ? positions.forward(x, input.places().get(), pass) : positions.forward(x, pass);
        x = norm.forward(encoder.forward(x, pass.withMask(mask)), pass);
        pass.trace().record("last_hidden_state", x);
        return x;
    }

    static Map<String, Long> sizes(Config config, int projectionWidth) {
        return Map.of(
                "vocabulary", (long) config.vocabulary(),
                "maxLength", (long) config.maxLength(),
                "width", (long) config.encoder().width(),
                "mlpWidth", (long) config.encoder().mlpWidth(),
                "projectionWidth", (long) projectionWidth);
    }
}
