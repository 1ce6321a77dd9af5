package io.vitrail.text;

import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DistanceAttention;
import io.vitrail.transformer.DistanceAttention.Askers;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.LearnedPositions;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Mlp;
import io.vitrail.transformer.PostNormBlock;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.VocabularyProjection;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.Labels;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sizes and choices of one {@link Bert}, or of a model of its parts.
 *
 * @param encoder sizes of the blocks
 * @param vocabulary number of word pieces
 * @param maxLength places that positions are known for
 * @param segments kinds of sentences; 0 if it doesn't tell them apart
 * @param distances who asks for distances between tokens, where these take the place of positions
 * @param contextWidth width of the tokens that its blocks ask besides their own, if they do
 * @param tied whether words are recognised by the vectors that embed them
 * @param labels names of the classes, for heads that have some
 */
record BertConfig(
        EncoderConfig encoder,
        int vocabulary,
        int maxLength,
        int segments,
        Optional<Askers> distances,
        Optional<Integer> contextWidth,
        boolean tied,
        List<String> labels) {

    /** An encoder, as config.json names it, with the reference's defaults. */
    static BertConfig encoder(ConfigJson json, int vocabulary) {
        for (String key : List.of("is_decoder", "add_cross_attention")) {
            Check.that(
                    json.isOff(key), "config.json: '%s' makes a decoder of this model; encoders are supported.", key);
        }
        return of(json, vocabulary, 12, json.size("type_vocab_size", 2), Optional.empty());
    }

    /** A decoder, likewise; it asks a context if config.json says so. */
    static BertConfig decoder(ConfigJson json) {
        Check.that(!json.isOff("is_decoder"), "config.json: a decoder needs 'is_decoder' true.");
        Optional<Integer> asked =
                json.isOff("add_cross_attention") ? Optional.empty() : Optional.of(json.size("hidden_size", 768));
        return withPositions(of(json, 30522, 12, json.size("type_vocab_size", 2), asked));
    }

    /** BLIP's, likewise, which tells no segments apart. */
    static BertConfig blip(ConfigJson json) {
        Optional<Integer> asked =
                json.flag("is_decoder", true) ? Optional.of(json.size("encoder_hidden_size", 768)) : Optional.empty();
        return withPositions(of(json, 30524, 8, 0, asked));
    }

    private static BertConfig of(
            ConfigJson json, int vocabulary, int heads, int segments, Optional<Integer> contextWidth) {
        EncoderConfig encoder = new EncoderConfig(
                json.size("hidden_size", 768),
                json.integer("num_hidden_layers", 12),
                json.size("num_attention_heads", heads),
                json.size("intermediate_size", 3072),
                (float) json.number("layer_norm_eps", 1e-12),
                Activation.named(json.text("hidden_act", "gelu")),
                Bias.PRESENT);
        return new BertConfig(
                encoder,
                json.size("vocab_size", vocabulary),
                json.size("max_position_embeddings", 512),
                segments,
                distances(json.text("position_embedding_type", "absolute")),
                contextWidth,
                json.flag("tie_word_embeddings", true),
                Labels.of(json));
    }

    private static BertConfig withPositions(BertConfig config) {
        Check.that(
                config.distances().isEmpty(),
                "config.json: this model needs position_embedding_type 'absolute'; encoders alone know distances.");
        return config;
    }

    private static Optional<Askers> distances(String type) {
        return switch (type) {
            case "absolute" -> Optional.empty();
            case "relative_key" -> Optional.of(Askers.QUERIES);
            case "relative_key_query" -> Optional.of(Askers.QUERIES_AND_KEYS);
            default ->
                throw new IllegalArgumentException("config.json: position_embedding_type '" + type
                        + "' is not supported; supported: absolute, relative_key, relative_key_query.");
        };
    }

    TextEmbedding embedding() {
        int width = encoder.width();
        Optional<TokenEmbedding> kinds =
                segments == 0 ? Optional.empty() : Optional.of(TokenEmbedding.ofSegments(segments, width));
        return new TextEmbedding(
                new TokenEmbedding(vocabulary, width),
                kinds,
                distances.isPresent() ? Optional.empty() : Optional.of(new LearnedPositions(maxLength, width)),
                encoder.norm());
    }

    Encoder blocks() {
        if (distances.isPresent()) {
            return blocks(distances.get());
        }
        return contextWidth.map(encoder::postNormDecoder).orElseGet(encoder::postNormEncoder);
    }

    private Encoder blocks(Askers askers) {
        return new Encoder(
                encoder.depth(),
                i -> new PostNormBlock(
                        new DistanceAttention(encoder.attention(), maxLength, askers),
                        encoder.norm(),
                        new Mlp(encoder.width(), encoder.mlpWidth(), encoder.activation()),
                        encoder.norm()));
    }

    /** The pooler, if a task reads it. */
    Optional<Linear> pooler(TextTask task) {
        int width = encoder.width();
        return switch (task) {
            case FEATURES, PRE_TRAINING, NEXT_SENTENCE, SEQUENCE_CLASSIFICATION, MULTIPLE_CHOICE ->
                Optional.of(new Linear(width, width, Bias.PRESENT, Activation.TANH));
            case FEATURES_WITHOUT_POOLER,
                    PROJECTION,
                    ENCODER_FEATURES,
                    MASKED_WORD,
                    TOKEN_CLASSIFICATION,
                    QUESTION_ANSWERING,
                    NEXT_TOKEN,
                    TEXT_TO_TEXT -> Optional.empty();
        };
    }

    WordHead wordHead(TokenEmbedding words, Activation activation) {
        int width = encoder.width();
        VocabularyProjection decoder = tied
                ? new VocabularyProjection(words, Bias.PRESENT)
                : new VocabularyProjection(width, vocabulary, Bias.PRESENT);
        return new WordHead(new Linear(width, width, Bias.PRESENT, activation), encoder.norm(), decoder);
    }

    Map<String, Long> sizes(TextTask task) {
        return Map.of(
                "vocabulary", (long) vocabulary,
                "maxLength", (long) maxLength,
                "distances", 2L * maxLength - 1,
                "segments", (long) segments,
                "width", (long) encoder.width(),
                "contextWidth", (long) contextWidth.orElse(encoder.width()),
                "headWidth", (long) encoder.headWidth(),
                "mlpWidth", (long) encoder.mlpWidth(),
                "scores", task == TextTask.MULTIPLE_CHOICE ? 1L : labels.size());
    }
}
