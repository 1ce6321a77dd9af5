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
import static io.vitrail.text.TextTask.TOKEN_CLASSIFICATION;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;
import java.util.Optional;

/**
 * BERT (Devlin et al. 2018): the encoder of the original Transformer over word pieces. It differs from a Vision Transformer in
 * what the tokens come from, in norms after the residual instead of before, and in padding, which a mask hides. It learned to
 * fill in masked words and to tell whether a second sentence follows the first; every other head is learned on top. The paper's
 * L is {@code depth}, its H {@code width}, its A {@code heads}.
 *
 * <p>BLIP's text model is one as well, without segments and with cross-attention to a picture's tokens.
 */
public final class Bert extends TextEncoder {
    static final Map<String, TextTask> CLASSES = TextTask.classes(
            Map.of("BertLMHeadModel", NEXT_TOKEN),
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

    static final Map<String, TextTask> BLIP_CLASSES =
            TextTask.classes(Map.of("BlipTextLMHeadModel", NEXT_TOKEN), "BlipText", FEATURES, FEATURES_WITHOUT_POOLER);

    /** The rows of what its kin have, too: the encoder and its pooler. */
    static final String ENCODER =
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
            {base}.encoder.layer.{i}.crossattention.self.query           | encoder.{i}.contextAttention.query      | width, width
            {base}.encoder.layer.{i}.crossattention.self.key             | encoder.{i}.contextAttention.key        | width, contextWidth
            {base}.encoder.layer.{i}.crossattention.self.value           | encoder.{i}.contextAttention.value      | width, contextWidth
            {base}.encoder.layer.{i}.crossattention.output.dense         | encoder.{i}.contextAttention.output     | width, width
            {base}.encoder.layer.{i}.crossattention.output.LayerNorm     | encoder.{i}.contextNorm                 | width
            {base}.encoder.layer.{i}.intermediate.dense                  | encoder.{i}.mlp.expand                  | mlpWidth, width
            {base}.encoder.layer.{i}.output.dense                        | encoder.{i}.mlp.contract                | width, mlpWidth
            {base}.encoder.layer.{i}.output.LayerNorm                    | encoder.{i}.norm2                       | width
            {base}.pooler.dense                                          | pooler                                  | width, width
            {base}.embeddings.position_ids                               | -                                       | - | unused: 0, 1, 2, …
            {base}.embeddings.position_embeddings.*                      | -                                       | - | unused: where attention knows the distances
            """;

    static final WeightTable WEIGHTS = WeightTable.parse(
            ENCODER
                    + """
            cls.predictions.transform.dense                              | words.transform                         | width, width
            cls.predictions.transform.LayerNorm                          | words.norm                              | width
            cls.predictions.bias                                         | words.decoder.bias                      | vocabulary
            cls.predictions.decoder.bias                                 | words.decoder.bias                      | vocabulary        | tied: the same under another name
            cls.predictions.decoder.weight                               | words.decoder.weight                    | vocabulary, width | tied: to the words, unless the config says otherwise
            cls.seq_relationship                                         | nextSentence                            | 2, width
            classifier                                                   | classifier                              | scores, width
            qa_outputs                                                   | spans                                   | 2, width
            {base}.pooler.*                                              | -                                       | - | unused: by heads that read every token
            cls.*                                                        | -                                       | - | unused: heads of the pre-training, by other tasks
            classifier.*                                                 | -                                       | - | unused: a head, where features are asked for
            qa_outputs.*                                                 | -                                       | - | unused: a head, where features are asked for
            """);

    private final BertConfig config;
    private final TextEmbedding embedding;
    private final Encoder encoder;
    private final Optional<Linear> pooler;

    private Bert(BertConfig config, TextTask task) {
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
    static TextModel of(ConfigJson json, TextTask task) {
        return task == NEXT_TOKEN
                ? new BertDecoder(BertConfig.decoder(json))
                : new Bert(BertConfig.encoder(json, 30522), task);
    }

    /** BLIP's text model (Li et al. 2022, section 3.1), which asks a picture's tokens where the pass has some; likewise. */
    static TextModel ofBlip(ConfigJson json, TextTask task) {
        BertConfig config = BertConfig.blip(json);
        return task == NEXT_TOKEN ? new BertDecoder(config) : new Bert(config, task);
    }

    @Override
    public TextFeatures features(TextInput input, Pass pass) {
        return features(input, embedding.forward(readable(input), pass), encoder, pooler, pass);
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
