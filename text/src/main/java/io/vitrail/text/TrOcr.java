package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.LearnedPositions;
import io.vitrail.transformer.Numbers;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.SequencePositions;
import io.vitrail.transformer.SinusoidalPositions;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.VocabularyProjection;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;
import java.util.Optional;

/**
 * The decoder of TrOCR (Li et al. 2021, "TrOCR: Transformer-based Optical Character Recognition with Pre-trained
 * Models"), which writes what it sees in a picture of text: {@link Bart}'s decoder, whose context is a Vision
 * Transformer's tokens, possibly of another width. Its small form has sines and cosines in place of learned positions,
 * counted over the tokens that aren't padding.
 */
public final class TrOcr extends TextDecoder {
    static final Map<String, TextTask> CLASSES = TextTask.classes("TrOCR", TextTask.NEXT_TOKEN);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                   | block     | shape
            {base}.decoder.embed_tokens                  | words     | vocabulary, width
            {base}.decoder.embed_positions               | positions | positions, width
            {base}.decoder.layernorm_embedding           | norm      | width
            output_projection                            | head      | vocabulary, width | tied: to the words, unless the config says otherwise
            {base}.decoder.embed_positions._float_tensor | -         | -                 | unused: an empty mark
            """
                    + Marian.DECODER_LAYERS);

    /**
     * Sizes and choices.
     *
     * @param decoder sizes of the blocks
     * @param contextWidth width of the tokens that they ask
     * @param vocabulary number of tokens
     * @param maxLength most tokens of a text
     * @param padding the id that has no place among sines and cosines
     * @param learned whether places have learned vectors
     * @param normalised whether tokens are normalised before the first block
     * @param scaled whether words' vectors are multiplied by √width
     * @param tied whether words are recognised by the vectors that embed them
     */
    record Config(
            EncoderConfig decoder,
            int contextWidth,
            int vocabulary,
            int maxLength,
            int padding,
            boolean learned,
            boolean normalised,
            boolean scaled,
            boolean tied) {
        Config {
            Check.that(
                    padding >= 0 && padding < vocabulary,
                    "config.json: pad_token_id (%d) isn't within the vocabulary of %d.",
                    padding,
                    vocabulary);
        }

        /** As config.json names them, with the reference's defaults. */
        static Config fromJson(ConfigJson json) {
            EncoderConfig decoder = Marian.Config.layers(json, "decoder");
            return new Config(
                    decoder,
                    json.size("cross_attention_hidden_size", decoder.width()),
                    json.size("vocab_size", 50265),
                    json.size("max_position_embeddings", 512),
                    json.integer("pad_token_id", 1),
                    json.flag("use_learned_position_embeddings", true),
                    json.flag("layernorm_embedding", true),
                    json.flag("scale_embedding", false),
                    json.flag("tie_word_embeddings", true));
        }

        /** Rows of the table of learned positions. */
        int rows() {
            return FairseqPlaces.rows(maxLength);
        }

        SequencePositions positions() {
            return learned
                    ? new LearnedPositions(rows(), decoder.width())
                    : new SinusoidalPositions(decoder.width(), SinusoidalPositions.Layout.HALVES_TO_THE_END);
        }
    }

    private final Config config;
    private final TokenEmbedding words;
    private final SequencePositions positions;
    private final Optional<TokenNorm> norm;
    private final Encoder decoder;

    private TrOcr(Config config) {
        this.config = config;
        int width = config.decoder().width();
        words = part("words", new TokenEmbedding(config.vocabulary(), width));
        positions = part("positions", config.positions());
        norm = config.normalised() ? Optional.of(part("norm", config.decoder().norm())) : Optional.empty();
        decoder = part("decoder", config.decoder().postNormDecoder(config.contextWidth()));
        addHead("head", VocabularyProjection.of(words, config.tied(), Bias.ABSENT));
    }

    /** The model that a config.json describes, without weights yet. */
    static TrOcr of(ConfigJson json, TextTask task) {
        return new TrOcr(Config.fromJson(json));
    }

    @Override
    public NDArray states(TextInput input, Pass pass) {
        NDArray x = words.forward(input.only(this, TextInput.Part.PLACES).ids(), pass); // [batch, tokens, width]
        if (config.scaled()) {
            x = Numbers.times(x, Math.sqrt(config.decoder().width()));
        }
        x = config.learned() ? positions.forward(x, learned(input, pass), pass) : withSinusoids(x, input, pass);
        if (norm.isPresent()) {
            x = norm.get().forward(x, pass);
        }
        x = decoder.forward(x, causal(input, pass));
        pass.trace().record("last_hidden_state", x);
        return x;
    }

    /** The rows of the table of positions: [batch or 1, tokens]. */
    private static NDArray learned(TextInput input, Pass pass) {
        return FairseqPlaces.of(places(input, pass), FairseqPlaces.PADDING);
    }

    /** Places count on from padding + 1, and padding has none. */
    private NDArray withSinusoids(NDArray x, TextInput input, Pass pass) {
        NDArray real = input.ids().neq(config.padding()).toType(DataType.INT64, false); // [batch, tokens]
        NDArray counted = input.places().orElseGet(() -> real.cumSum(1).add(pass.earlierTokens() - 1));
        NDArray places = FairseqPlaces.of(counted, config.padding());
        NDArray vectors = positions.forward(x.zerosLike(), places, pass);
        return x.add(vectors.mul(real.toType(DataType.FLOAT32, false).expandDims(2)));
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
        return "model";
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of(
                "width", (long) config.decoder().width(),
                "contextWidth", (long) config.contextWidth(),
                "decoderMlpWidth", (long) config.decoder().mlpWidth(),
                "vocabulary", (long) config.vocabulary(),
                "positions", (long) config.rows());
    }
}
