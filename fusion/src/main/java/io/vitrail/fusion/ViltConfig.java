package io.vitrail.fusion;

import io.vitrail.text.TextEmbedding;
import io.vitrail.text.WordHead;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.LearnedPositions;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.VocabularyProjection;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.Labels;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sizes and choices of one {@link Vilt}.
 *
 * @param encoder sizes of the blocks
 * @param vocabulary number of word pieces
 * @param maxLength most tokens of a text
 * @param segments kinds of sentences
 * @param kinds of tokens: of words, of the first picture, of the second, and so on
 * @param pictures that belong to a text
 * @param hiddenWidth of the head for answers or classes
 * @param tied whether words are recognised by the vectors that embed them
 * @param labels names of the answers or classes
 */
record ViltConfig(
        EncoderConfig encoder,
        int vocabulary,
        int maxLength,
        int segments,
        int kinds,
        int pictures,
        int hiddenWidth,
        boolean tied,
        List<String> labels) {
    private static final int MOST_PICTURES = 1000;

    ViltConfig {
        Check.that(
                pictures > 0 && pictures <= MOST_PICTURES,
                "config.json: num_images (%d) must be from 1 to %d where a text has several pictures.",
                pictures,
                MOST_PICTURES);
        Check.that(
                kinds > pictures,
                "config.json: modality_type_vocab_size (%d) must be more than the %d pictures of a text.",
                kinds,
                pictures);
    }

    static ViltConfig fromJson(ConfigJson json, FusionTask task) {
        EncoderConfig encoder = new EncoderConfig(
                json.size("hidden_size", 768),
                json.integer("num_hidden_layers", 12),
                json.size("num_attention_heads", 12),
                json.size("intermediate_size", 3072),
                (float) json.number("layer_norm_eps", 1e-12),
                Activation.named(json.text("hidden_act", "gelu")),
                Bias.of(json.flag("qkv_bias", true)));
        String positions = json.text("position_embedding_type", "absolute");
        Check.that(
                positions.equals("absolute"),
                "config.json: position_embedding_type '%s' is not supported for ViLT; supported: absolute.",
                positions);
        boolean several = task == FusionTask.CLASSIFICATION;
        int pictures = several ? json.integer("num_images", -1) : 1;
        return new ViltConfig(
                encoder,
                json.size("vocab_size", 30522),
                json.size("max_position_embeddings", 40),
                json.size("type_vocab_size", 2),
                json.size("modality_type_vocab_size", 2),
                pictures,
                Math.multiplyExact(encoder.width(), several ? pictures : 2),
                json.flag("tie_word_embeddings", false),
                Labels.of(json));
    }

    /** Embeds words as BERT does. */
    TextEmbedding words() {
        int width = encoder.width();
        return new TextEmbedding(
                new TokenEmbedding(vocabulary, width),
                Optional.of(TokenEmbedding.ofSegments(segments, width)),
                Optional.of(new LearnedPositions(maxLength, width)),
                encoder.norm());
    }

    /** Recognises words as BERT does. */
    WordHead wordHead(TokenEmbedding words) {
        int width = encoder.width();
        VocabularyProjection decoder = tied
                ? new VocabularyProjection(words, Bias.PRESENT)
                : new VocabularyProjection(width, vocabulary, Bias.PRESENT);
        return new WordHead(new Linear(width, width, Bias.PRESENT, encoder.activation()), encoder.norm(), decoder);
    }

    /** Width of what stands for a text with each of its pictures. */
    int pairsWidth() {
        return pictures * encoder.width();
    }

    /** The numbers behind the names in the weight table, with those of the pictures. */
    Map<String, Long> sizes(Map<String, Long> ofPictures) {
        Map<String, Long> sizes = new HashMap<>(ofPictures);
        sizes.put("vocabulary", (long) vocabulary);
        sizes.put("maxLength", (long) maxLength);
        sizes.put("segments", (long) segments);
        sizes.put("kinds", (long) kinds);
        sizes.put("width", (long) encoder.width());
        sizes.put("mlpWidth", (long) encoder.mlpWidth());
        sizes.put("pairs", (long) pairsWidth());
        sizes.put("hidden", (long) hiddenWidth);
        sizes.put("labels", (long) labels.size());
        return sizes;
    }
}
