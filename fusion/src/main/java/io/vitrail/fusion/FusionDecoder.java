package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.Dropout;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextInput;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.LearnedPositions;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.VocabularyProjection;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;

/**
 * Writes about whatever its context is: words with learned places, a {@link CrossModalFusion} in which a word sees those
 * before it, and scores of the next word by the vectors that embed words. With a cache each word goes through it once
 * ({@link io.vitrail.text.generation.CachedDecoding#asking}).
 *
 * <p>As a DJL block it maps ids [batch, tokens], the context's vectors [batch, contextTokens, contextWidth], and perhaps
 * which of these are real [batch, contextTokens], to logits [batch, tokens, vocabulary]. Words behind the end of a text
 * need no mask: no earlier word sees them.
 */
public final class FusionDecoder extends TextDecoder {
    static final WeightTable WEIGHTS = WeightTable.parse(
                    """
            checkpoint | block     | shape             | note
            words      | words     | vocabulary, width
            positions  | positions | maxTokens, width
            head       | head      | vocabulary, width | tied: to the words
            """)
            .and(CrossModalFusion.WEIGHTS.below("fusion"));

    /**
     * Sizes.
     *
     * @param layers of the words
     * @param contextWidth of the tokens that they ask
     * @param vocabulary number of words
     * @param maxTokens of a text
     * @param dropout part of the numbers that training leaves out, of the words' vectors before and after the layers
     *     (Srivastava et al. 2014)
     */
    public record Config(EncoderConfig layers, int contextWidth, int vocabulary, int maxTokens, float dropout) {
        public Config {
            Check.that(contextWidth > 0, "contextWidth (%d) must be positive", contextWidth);
            Check.that(vocabulary > 0, "vocabulary (%d) must be positive", vocabulary);
            Check.that(maxTokens > 0, "maxTokens (%d) must be positive", maxTokens);
            Check.that(dropout >= 0 && dropout < 1, "dropout must be in [0, 1), not %s", dropout);
        }

        /** As config.json names them. */
        static Config fromJson(ConfigJson json) {
            EncoderConfig layers = new EncoderConfig(
                    json.size("hidden_size", 192),
                    json.integer("num_hidden_layers", 3),
                    json.size("num_attention_heads", 6),
                    json.size("intermediate_size", 768),
                    (float) json.number("layer_norm_eps", 1e-6),
                    Activation.named(json.text("hidden_act", "gelu")),
                    Bias.PRESENT);
            return new Config(
                    layers,
                    json.size("cross_attention_hidden_size", layers.width()),
                    json.size("vocab_size", 3000),
                    json.size("max_position_embeddings", 32),
                    (float) json.number("dropout", 0));
        }

        /** As {@link #fromJson} reads it. */
        ObjectNode toJson() {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("hidden_size", layers.width())
                    .put("num_hidden_layers", layers.depth())
                    .put("num_attention_heads", layers.heads())
                    .put("intermediate_size", layers.mlpWidth())
                    .put("layer_norm_eps", layers.normEpsilon())
                    .put("hidden_act", layers.activation().checkpointName())
                    .put("cross_attention_hidden_size", contextWidth)
                    .put("vocab_size", vocabulary)
                    .put("max_position_embeddings", maxTokens)
                    .put("dropout", dropout);
        }
    }

    private final Config config;
    private final TokenEmbedding words;
    private final LearnedPositions positions;
    private final CrossModalFusion fusion;

    /** Without weights yet: load them, or initialise it to train from scratch. */
    public FusionDecoder(Config config) {
        this.config = config;
        int width = config.layers().width();
        words = part("words", new TokenEmbedding(config.vocabulary(), width));
        positions = part("positions", new LearnedPositions(config.maxTokens(), width));
        fusion = part("fusion", new CrossModalFusion(config.layers(), config.contextWidth()));
        addHead("head", new VocabularyProjection(words, Bias.ABSENT));
    }

    @Override
    public NDArray states(TextInput input, Pass pass) {
        NDArray x = positions.forward(
                words.forward(input.only(this, TextInput.Part.PLACES).ids(), pass), places(input, pass), pass);
        x = dropped(fusion.forward(dropped(x, pass), causal(input, pass)), pass); // [batch, tokens, width]
        pass.trace().record("last_hidden_state", x);
        return x;
    }

    private NDArray dropped(NDArray x, Pass pass) {
        boolean drops = pass.training() && config.dropout() > 0;
        return drops ? Dropout.dropout(x, config.dropout(), true).singletonOrThrow() : x;
    }

    @Override
    protected NDList forward(NDList inputs, Pass pass) {
        Check.that(
                inputs.size() == 2 || inputs.size() == 3,
                "Ids and a context, and perhaps which of its tokens are real, are 2 or 3 arrays, not %d.",
                inputs.size());
        AttentionMask mask = inputs.size() == 3 ? new AttentionMask.Padding(inputs.get(2)) : AttentionMask.NONE;
        Pass asking = pass.withContext(new Tokens(inputs.get(1), mask));
        return new NDList(logits(states(TextInput.of(inputs.get(0)), asking), pass));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].add(config.vocabulary())};
    }

    /** The sizes that it was made with. */
    public Config config() {
        return config;
    }

    @Override
    public int maxTokens() {
        return config.maxTokens();
    }

    @Override
    public int vocabulary() {
        return config.vocabulary();
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of(
                "width", (long) config.layers().width(),
                "contextWidth", (long) config.contextWidth(),
                "mlpWidth", (long) config.layers().mlpWidth(),
                "vocabulary", (long) config.vocabulary(),
                "maxTokens", (long) config.maxTokens());
    }
}
