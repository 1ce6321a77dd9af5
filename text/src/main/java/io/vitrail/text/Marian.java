package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Numbers;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.SinusoidalPositions;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.VocabularyProjection;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;

/**
 * The original Transformer (Vaswani et al. 2017, "Attention Is All You Need"), in the form of the translation models of
 * Marian (Junczys-Dowmunt et al. 2018). A text in one language is read, and one in another language is written, token
 * by token:
 *
 * <pre>
 *  source ids ─ words · √width + places ─> N × (self-attention, MLP)
 *                                                    │ keys and values
 *                                                    v
 *  target ids ─ words · √width + places ─> N × (masked self-attention, cross-attention, MLP) ─ words ─> scores
 * </pre>
 *
 * <p>Attention alone moves information between tokens (section 3.2). It doesn't know their order, so each place adds a
 * vector of sines and cosines (section 3.5). In the encoder every token sees all others. In the decoder a token sees
 * itself and those before it, so that all of a known text's tokens can be computed at once and none knows its
 * successor; what was read, it asks by cross-attention. Each sub-layer is added to the stream, which is then normalised
 * (section 3.1). The vectors that embed words recognise them, too, and are scaled by √width where they embed, lest the
 * places drown them (section 3.4).
 *
 * <p>The paper's N is {@code depth}, its d_model {@code width}, its h {@code heads}, its d_ff {@code mlpWidth}. Marian
 * adds a bias to the scores, has the sines before the cosines, and may know different words on both sides. Everything
 * else in this package is a part of this model, or a change to it: {@link Bert} is its encoder,
 * {@link Gpt1} its decoder, {@link Bart} and {@link T5} are both.
 */
public final class Marian extends TextToTextModel {
    static final Map<String, TextTask> CLASSES =
            Map.of("MarianMTModel", TextTask.TEXT_TO_TEXT, "MarianModel", TextTask.FEATURES);

    private static final String ENCODER_LAYERS =
            """
            {base}.encoder.layers.{i}.self_attn.q_proj     | encoder.{i}.attention.projections.query | width, width
            {base}.encoder.layers.{i}.self_attn.k_proj     | encoder.{i}.attention.projections.key   | width, width
            {base}.encoder.layers.{i}.self_attn.v_proj     | encoder.{i}.attention.projections.value | width, width
            {base}.encoder.layers.{i}.self_attn.out_proj   | encoder.{i}.attention.output            | width, width
            {base}.encoder.layers.{i}.self_attn_layer_norm | encoder.{i}.norm1                       | width
            {base}.encoder.layers.{i}.fc1                  | encoder.{i}.mlp.expand                  | mlpWidth, width
            {base}.encoder.layers.{i}.fc2                  | encoder.{i}.mlp.contract                | width, mlpWidth
            {base}.encoder.layers.{i}.final_layer_norm     | encoder.{i}.norm2                       | width
            """;

    static final String DECODER_LAYERS =
            """
            {base}.decoder.layers.{i}.self_attn.q_proj        | decoder.{i}.attention.projections.query | width, width
            {base}.decoder.layers.{i}.self_attn.k_proj        | decoder.{i}.attention.projections.key   | width, width
            {base}.decoder.layers.{i}.self_attn.v_proj        | decoder.{i}.attention.projections.value | width, width
            {base}.decoder.layers.{i}.self_attn.out_proj      | decoder.{i}.attention.output            | width, width
            {base}.decoder.layers.{i}.self_attn_layer_norm    | decoder.{i}.norm1                       | width
            {base}.decoder.layers.{i}.encoder_attn.q_proj     | decoder.{i}.contextAttention.query      | width, width
            {base}.decoder.layers.{i}.encoder_attn.k_proj     | decoder.{i}.contextAttention.key        | width, contextWidth
            {base}.decoder.layers.{i}.encoder_attn.v_proj     | decoder.{i}.contextAttention.value      | width, contextWidth
            {base}.decoder.layers.{i}.encoder_attn.out_proj   | decoder.{i}.contextAttention.output     | width, width
            {base}.decoder.layers.{i}.encoder_attn_layer_norm | decoder.{i}.contextNorm                 | width
            {base}.decoder.layers.{i}.fc1                     | decoder.{i}.mlp.expand                  | decoderMlpWidth, width
            {base}.decoder.layers.{i}.fc2                     | decoder.{i}.mlp.contract                | width, decoderMlpWidth
            {base}.decoder.layers.{i}.final_layer_norm        | decoder.{i}.norm2                       | width
            """;

    /** The rows of both stacks. */
    static final String LAYERS = ENCODER_LAYERS + DECODER_LAYERS;

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                       | block       | shape
            {base}.shared                    | words       | vocabulary, width
            {base}.encoder.embed_tokens      | words       | vocabulary, width       | tied: the same under another name
            {base}.decoder.embed_tokens      | words       | vocabulary, width       | tied: the same under another name
            {base}.encoder.embed_tokens      | sourceWords | vocabulary, width
            {base}.decoder.embed_tokens      | targetWords | targetVocabulary, width
            lm_head.weight                   | head.weight | targetVocabulary, width | tied: to the words, unless the config says otherwise
            final_logits_bias                | head.bias   | targetVocabulary from 1, targetVocabulary | reshaped: it is a row
            {base}.encoder.embed_positions.* | -           | -                       | unused: sines and cosines, computed here
            {base}.decoder.embed_positions.* | -           | -                       | unused: the same
            lm_head.*                        | -           | -                       | unused: the head, where features are asked for
            final_logits_bias                | -           | -                       | unused: the same
            """
                    + LAYERS);

    /**
     * Sizes and choices.
     *
     * @param encoder sizes of the blocks that read
     * @param decoder sizes of those that write; of the same width
     * @param vocabulary number of tokens that can be read
     * @param targetVocabulary number of tokens that can be written
     * @param shared whether both are the same tokens, with the same vectors
     * @param maxLength most tokens of a text
     * @param scaled whether words' vectors are multiplied by √width
     * @param tied whether words are recognised by the vectors that embed them
     */
    record Config(
            EncoderConfig encoder,
            EncoderConfig decoder,
            int vocabulary,
            int targetVocabulary,
            boolean shared,
            int maxLength,
            boolean scaled,
            boolean tied) {
        private static final float NORM_EPSILON = 1e-5f;

        /** As config.json names them, with the reference's defaults. */
        static Config fromJson(ConfigJson json, int defaultVocabulary, boolean shared) {
            int vocabulary = json.size("vocab_size", defaultVocabulary);
            return new Config(
                    layers(json, "encoder"),
                    layers(json, "decoder"),
                    vocabulary,
                    shared || json.isOff("decoder_vocab_size")
                            ? vocabulary
                            : json.size("decoder_vocab_size", vocabulary),
                    shared,
                    json.size("max_position_embeddings", 1024),
                    json.flag("scale_embedding", false),
                    json.flag("tie_word_embeddings", true));
        }

        /** The sizes of the stack whose keys begin so. */
        static EncoderConfig layers(ConfigJson json, String stack) {
            return new EncoderConfig(
                    json.size("d_model", 1024),
                    json.integer(stack + "_layers", 12),
                    json.size(stack + "_attention_heads", 16),
                    json.size(stack + "_ffn_dim", 4096),
                    NORM_EPSILON,
                    Activation.named(json.text("activation_function", "gelu")),
                    Bias.PRESENT);
        }

        int width() {
            return encoder.width();
        }

        /** A token for each id, scaled where the model scales; not yet placed. */
        NDArray embedded(TokenEmbedding words, TextInput input, Pass pass) {
            long end = pass.earlierTokens() + input.ids().getShape().get(1);
            Check.that(end <= maxLength, "A sequence of %d tokens is longer than the %d positions.", end, maxLength);
            NDArray x = words.forward(input.ids(), pass); // [batch, tokens, width]
            return scaled ? Numbers.times(x, Math.sqrt(width())) : x;
        }

        Map<String, Long> sizes() {
            return Map.of(
                    "width", (long) width(),
                    "contextWidth", (long) width(),
                    "mlpWidth", (long) encoder.mlpWidth(),
                    "decoderMlpWidth", (long) decoder.mlpWidth(),
                    "vocabulary", (long) vocabulary,
                    "targetVocabulary", (long) targetVocabulary);
        }
    }

    private final Config config;
    private final TokenEmbedding sourceWords;
    private final TokenEmbedding targetWords;
    private final SinusoidalPositions positions;
    private final Encoder encoder;
    private final Encoder decoder;

    private Marian(Config config, TextTask task) {
        this.config = config;
        int width = config.width();
        if (config.shared()) {
            sourceWords = part("words", new TokenEmbedding(config.vocabulary(), width));
            targetWords = sourceWords;
        } else {
            sourceWords = part("sourceWords", new TokenEmbedding(config.vocabulary(), width));
            targetWords = part("targetWords", new TokenEmbedding(config.targetVocabulary(), width));
        }
        positions = part("positions", new SinusoidalPositions(width, SinusoidalPositions.Layout.HALVES));
        encoder = part("encoder", config.encoder().postNormEncoder());
        decoder = part("decoder", config.decoder().postNormDecoder(width));
        if (task != TextTask.FEATURES) {
            addHead("head", VocabularyProjection.of(targetWords, config.tied(), Bias.PRESENT));
        }
    }

    /** The model that a config.json describes, without weights yet. */
    static Marian of(ConfigJson json, TextTask task) {
        boolean shared = json.flag("share_encoder_decoder_embeddings", true);
        return new Marian(Config.fromJson(json, 58101, shared), task);
    }

    @Override
    TensorBlock encoder() {
        return encoder;
    }

    @Override
    public Tokens encode(TextInput input, Pass pass) {
        NDArray x = embedded(sourceWords, input.only(this, TextInput.Part.PLACES), pass);
        Tokens read = encoder.forward(source(x, input), pass);
        pass.trace().record("last_hidden_state", read.vectors());
        return read;
    }

    @Override
    public NDArray states(TextInput input, Pass pass) {
        NDArray x = embedded(targetWords, input.only(this, TextInput.Part.PLACES), pass);
        x = decoder.forward(x, writing(input, pass));
        pass.trace().record("last_hidden_state", x);
        return x;
    }

    /** [batch, tokens] to [batch, tokens, width]. */
    private NDArray embedded(TokenEmbedding words, TextInput input, Pass pass) {
        return positions.forward(config.embedded(words, input, pass), places(input, pass), pass);
    }

    @Override
    public int maxTokens() {
        return config.maxLength();
    }

    @Override
    public int maxSourceTokens() {
        return config.maxLength();
    }

    @Override
    public int vocabulary() {
        return config.targetVocabulary();
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public String basePrefix() {
        return "model";
    }

    @Override
    public Map<String, Long> sizes() {
        return config.sizes();
    }
}
