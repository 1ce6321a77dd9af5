package io.vitrail.text;

import static io.vitrail.text.TextTask.FEATURES;
import static io.vitrail.text.TextTask.NEXT_TOKEN;
import static io.vitrail.text.TextTask.SEQUENCE_CLASSIFICATION;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.LearnedPositions;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.VocabularyProjection;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;

/**
 * GPT (Radford et al. 2018, "Improving Language Understanding by Generative Pre-Training"): the decoder of the original
 * Transformer without an encoder to ask, so that only its masked self-attention is left. It differs from {@link Bert}
 * in that mask: a token sees those before it alone, and so every token of a text teaches what comes next. Positions are
 * learned, norms stand behind the residuals, and words are scored by the vectors that embed them.
 */
public final class Gpt1 extends TextDecoder {
    static final Map<String, TextTask> CLASSES = TextTask.classes(
            Map.of("OpenAIGPTLMHeadModel", NEXT_TOKEN), "OpenAIGPT", FEATURES, SEQUENCE_CLASSIFICATION);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                    | block                                                 | shape
            {base}.tokens_embed           | words                                                 | vocabulary, width
            {base}.positions_embed        | positions                                             | maxLength, width
            {base}.h.{i}.attn.c_attn      | decoder.{i}.attention.projections.[query, key, value] | width, width      | fused transposed: they compute x W
            {base}.h.{i}.attn.c_proj      | decoder.{i}.attention.output                          | width, width      | transposed: x W
            {base}.h.{i}.ln_1             | decoder.{i}.norm1                                     | width
            {base}.h.{i}.mlp.c_fc         | decoder.{i}.mlp.expand                                | mlpWidth, width   | transposed: x W
            {base}.h.{i}.mlp.c_proj       | decoder.{i}.mlp.contract                              | width, mlpWidth   | transposed: x W
            {base}.h.{i}.ln_2             | decoder.{i}.norm2                                     | width
            lm_head                       | head                                                  | vocabulary, width | tied: to the words, unless the config says otherwise
            lm_head.*                     | -                                                     | -                 | unused: a head, where features are asked for
            score.*                       | -                                                     | -                 | unused: a head for whole texts, by others
            {base}.h.{i}.attn.bias        | -                                                     | -                 | unused: the mask, in older checkpoints
            {base}.position_ids           | -                                                     | -                 | unused: 0, 1, 2, …
            """);

    /**
     * Sizes and choices of one GPT.
     *
     * @param blocks sizes of the blocks; the MLP is four times as wide as the tokens
     * @param vocabulary number of byte-pair tokens
     * @param maxLength places that positions are known for
     * @param tied whether words are scored by the vectors that embed them
     */
    record Config(EncoderConfig blocks, int vocabulary, int maxLength, boolean tied) {
        /** As config.json names them, with the reference's defaults. */
        static Config fromJson(ConfigJson json) {
            int width = json.size("n_embd", 768);
            EncoderConfig blocks = new EncoderConfig(
                    width,
                    json.integer("n_layer", 12),
                    json.size("n_head", 12),
                    Math.multiplyExact(4, width),
                    (float) json.number("layer_norm_epsilon", 1e-5),
                    activation(json.text("afn", "gelu")),
                    Bias.PRESENT);
            return new Config(
                    blocks,
                    json.size("vocab_size", 40478),
                    json.size("n_positions", 512),
                    json.flag("tie_word_embeddings", true));
        }

        /** Its "gelu" is the approximation with tanh. */
        private static Activation activation(String name) {
            return switch (name) {
                case "gelu" -> Activation.GELU_TANH;
                case "relu" -> Activation.RELU;
                case "silu", "swish" -> Activation.SILU;
                default ->
                    throw new IllegalArgumentException(
                            "config.json: afn '" + name + "' is not supported; supported: gelu, relu, silu, swish.");
            };
        }
    }

    private final Config config;
    private final TokenEmbedding words;
    private final LearnedPositions positions;
    private final Encoder decoder;

    private Gpt1(Config config, TextTask task) {
        this.config = config;
        int width = config.blocks().width();
        words = part("words", new TokenEmbedding(config.vocabulary(), width));
        positions = part("positions", new LearnedPositions(config.maxLength(), width));
        decoder = part("decoder", config.blocks().postNormEncoder());
        if (task == NEXT_TOKEN) {
            addHead("head", VocabularyProjection.of(words, config.tied(), Bias.ABSENT));
        }
    }

    /** The model of a config.json, for a task. */
    static Gpt1 of(ConfigJson config, TextTask task) {
        return new Gpt1(Config.fromJson(config), task);
    }

    @Override
    public NDArray states(TextInput input, Pass pass) {
        NDArray x = embedded(input.only(this, TextInput.Part.SEGMENTS, TextInput.Part.PLACES), words, pass);
        x = decoder.forward(positions.forward(x, places(input, pass), pass), causal(input, pass));
        pass.trace().record("last_hidden_state", x);
        return x;
    }

    @Override
    public int maxTokens() {
        return config.maxLength();
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
    public String basePrefix() {
        return "transformer";
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of(
                "vocabulary", (long) config.vocabulary(),
                "maxLength", (long) config.maxLength(),
                "width", (long) config.blocks().width(),
                "mlpWidth", (long) config.blocks().mlpWidth());
    }
}
