package io.vitrail.text;

import static io.vitrail.text.TextTask.FEATURES;
import static io.vitrail.text.TextTask.FEATURES_WITHOUT_POOLER;
import static io.vitrail.text.TextTask.MASKED_WORD;
import static io.vitrail.text.TextTask.MULTIPLE_CHOICE;
import static io.vitrail.text.TextTask.NEXT_SENTENCE;
import static io.vitrail.text.TextTask.NEXT_TOKEN;
import static io.vitrail.text.TextTask.PRE_TRAINING;
import static io.vitrail.text.TextTask.QUESTION_ANSWERING;
import static io.vitrail.text.TextTask.SEQUENCE_CLASSIFICATION;
import static io.vitrail.text.TextTask.TEXT_TO_TEXT;
import static io.vitrail.text.TextTask.TOKEN_CLASSIFICATION;

import ai.djl.ndarray.NDArray;
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
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.PostNormBlock;
import io.vitrail.transformer.SelfAttention;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.VocabularyProjection;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.Labels;
import io.vitrail.transformer.weights.WeightTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * BERT (Devlin et al. 2018): the encoder of the original Transformer over word pieces. It differs from a Vision Transformer in
 * what the tokens come from, in norms after the residual instead of before, and in padding, which a mask hides. It learned to
 * fill in masked words and to tell whether a second sentence follows the first; every other head is learned on top. The paper's
 * L is {@code depth}, its H {@code width}, its A {@code heads}.
 */
public final class Bert extends TextEncoder {
    static final Map<String, TextTask> CLASSES = TextTask.classes(
            "Bert",
            FEATURES,
            FEATURES_WITHOUT_POOLER,
            MASKED_WORD,
            PRE_TRAINING,
            NEXT_SENTENCE,
            SEQUENCE_CLASSIFICATION,
            TOKEN_CLASSIFICATION,
            QUESTION_ANSWERING,
            MULTIPLE_CHOICE);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                                   | block                                   | shape
            {base}.embeddings.word_embeddings                            | embedding.words                         | vocabulary, width
            {base}.embeddings.position_embeddings                        | embedding.positions                     | maxLength, width
            {base}.embeddings.token_type_embeddings                      | embedding.segments                      | segments, width
            {base}.embeddings.LayerNorm                                  | embedding.norm                          | width
            {base}.encoder.layer.{i}.attention.self.query                | encoder.{i}.attention.projections.query | width, width
            {base}.encoder.layer.{i}.attention.self.key                  | encoder.{i}.attention.projections.key   | width, width
            {base}.encoder.layer.{i}.attention.self.value                | encoder.{i}.attention.projections.value | width, width
            {base}.encoder.layer.{i}.attention.self.distance_embedding   | encoder.{i}.attention.distances         | distances, headWidth
            {base}.encoder.layer.{i}.attention.output.dense              | encoder.{i}.attention.output            | width, width
            {base}.encoder.layer.{i}.attention.output.LayerNorm          | encoder.{i}.norm1                       | width
            {base}.encoder.layer.{i}.intermediate.dense                  | encoder.{i}.mlp.expand                  | mlpWidth, width
            {base}.encoder.layer.{i}.output.dense                        | encoder.{i}.mlp.contract                | width, mlpWidth
            {base}.encoder.layer.{i}.output.LayerNorm                    | encoder.{i}.norm2                       | width
            {base}.pooler.dense                                          | pooler                                  | width, width
            cls.predictions.transform.dense                              | words.transform                         | width, width
            cls.predictions.transform.LayerNorm                          | words.norm                              | width
            cls.predictions.bias                                         | words.decoder.bias                      | vocabulary
            cls.predictions.decoder.bias                                 | words.decoder.bias                      | vocabulary        | tied: the same under another name
            cls.predictions.decoder.weight                               | words.decoder.weight                    | vocabulary, width | tied: to the words, unless the config says otherwise
            cls.seq_relationship                                         | nextSentence                            | 2, width
            classifier                                                   | classifier                              | scores, width
            qa_outputs                                                   | spans                                   | 2, width
            {base}.embeddings.position_ids                               | -                                       | - | unused: 0, 1, 2, …
            {base}.embeddings.position_embeddings.*                      | -                                       | - | unused: where attention knows the distances
            {base}.pooler.*                                              | -                                       | - | unused: by heads that read every token
            cls.*                                                        | -                                       | - | unused: heads of the pre-training, by other tasks
            classifier.*                                                 | -                                       | - | unused: a head, where features are asked for
            qa_outputs.*                                                 | -                                       | - | unused: a head, where features are asked for
            """);

    /**
     * Sizes and choices of one BERT.
     *
     * @param encoder sizes of the blocks
     * @param vocabulary number of word pieces
     * @param maxLength places that positions are known for
     * @param segments kinds of sentences; 0 if it doesn't tell them apart
     * @param distances who asks for distances between tokens, where these take the place of positions
     * @param tied whether words are recognised by the vectors that embed them
     * @param labels names of the classes, for heads that have some
     */
    record Config(
            EncoderConfig encoder,
            int vocabulary,
            int maxLength,
            int segments,
            Optional<Askers> distances,
            boolean tied,
            List<String> labels) {

        /** As config.json names them, with the reference's defaults. */
        static Config fromJson(ConfigJson json, int vocabulary) {
            for (String key : List.of("is_decoder", "add_cross_attention")) {
                Check.that(
                        json.isOff(key),
                        "config.json: '%s' makes a decoder of this model; encoders are supported.",
                        key);
            }
            EncoderConfig encoder = new EncoderConfig(
                    json.size("hidden_size", 768),
                    json.integer("num_hidden_layers", 12),
                    json.size("num_attention_heads", 12),
                    json.size("intermediate_size", 3072),
                    (float) json.number("layer_norm_eps", 1e-12),
                    Activation.named(json.text("hidden_act", "gelu")),
                    Bias.PRESENT);
            return new Config(
                    encoder,
                    json.size("vocab_size", vocabulary),
                    json.size("max_position_embeddings", 512),
                    json.size("type_vocab_size", 2),
                    distances(json.text("position_embedding_type", "absolute")),
                    json.flag("tie_word_embeddings", true),
                    Labels.of(json));
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
            return new Encoder(
                    encoder.depth(),
                    i -> new PostNormBlock(
                            attention(),
                            encoder.norm(),
                            new Mlp(encoder.width(), encoder.mlpWidth(), encoder.activation()),
                            encoder.norm()));
        }

        private TensorBlock attention() {
            return distances.isPresent()
                    ? new DistanceAttention(encoder.attention(), maxLength, distances.get())
                    : new SelfAttention(encoder.attention());
        }

        /** The pooler, if a task reads it. */
        Optional<Linear> pooler(TextTask task) {
            int width = encoder.width();
            return switch (task) {
                case FEATURES, PRE_TRAINING, NEXT_SENTENCE, SEQUENCE_CLASSIFICATION, MULTIPLE_CHOICE ->
                    Optional.of(new Linear(width, width, Bias.PRESENT, Activation.TANH));
                case FEATURES_WITHOUT_POOLER,
                        MASKED_WORD,
                        TOKEN_CLASSIFICATION,
                        QUESTION_ANSWERING,
                        NEXT_TOKEN,
                        TEXT_TO_TEXT -> Optional.empty();
            };
        }

        WordHead wordHead(TokenEmbedding words, Activation activation) {
            int width = encoder.width();
            TensorBlock decoder = tied ? new VocabularyProjection(words, Bias.PRESENT) : new Linear(width, vocabulary);
            return new WordHead(new Linear(width, width, Bias.PRESENT, activation), encoder.norm(), decoder);
        }

        Map<String, Long> sizes(TextTask task) {
            return Map.of(
                    "vocabulary", (long) vocabulary,
                    "maxLength", (long) maxLength,
                    "distances", 2L * maxLength - 1,
                    "segments", (long) segments,
                    "width", (long) encoder.width(),
                    "headWidth", (long) encoder.headWidth(),
                    "mlpWidth", (long) encoder.mlpWidth(),
                    "scores", task == MULTIPLE_CHOICE ? 1L : labels.size());
        }
    }

    private final Config config;
    private final TextEmbedding embedding;
    private final Encoder encoder;
    private final Optional<Linear> pooler;

    private Bert(Config config, TextTask task) {
        super(task, config.labels());
        this.config = config;
        int width = config.encoder().width();
        embedding = part("embedding", config.embedding());
        encoder = part("encoder", config.blocks());
        pooler = config.pooler(task).map(layer -> part("pooler", layer));
        addHeads(
                width,
                () -> config.wordHead(embedding.words(), config.encoder().activation()),
                scores -> new Linear(width, scores));
    }

    /** The model that a config.json describes, without weights yet. */
    static Bert of(ConfigJson json, TextTask task) {
        return new Bert(Config.fromJson(json, 30522), task);
    }

    @Override
    public TextFeatures features(TextInput input, Pass pass) {
        return features(input, embedding.forward(input, pass), encoder, pooler, pass);
    }

    @Override
    NDArray summary(TextFeatures features) {
        return pooled(features);
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
    public int segments() {
        return config.segments();
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public String basePrefix() {
        return "bert";
    }

    @Override
    public Map<String, Long> sizes() {
        return config.sizes(task());
    }
}
