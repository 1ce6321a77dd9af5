package io.vitrail.text;

import static io.vitrail.text.TextTask.FEATURES;
import static io.vitrail.text.TextTask.MASKED_WORD;
import static io.vitrail.text.TextTask.MULTIPLE_CHOICE;
import static io.vitrail.text.TextTask.QUESTION_ANSWERING;
import static io.vitrail.text.TextTask.SEQUENCE_CLASSIFICATION;
import static io.vitrail.text.TextTask.TOKEN_CLASSIFICATION;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.Labels;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;
import java.util.Optional;

/**
 * DistilBERT (Sanh et al. 2019): a {@link Bert} of half the depth, taught by a whole one. It differs in what it left out: segments
 * and the pooler; a classifier has a hidden layer of its own instead.
 */
public final class DistilBert extends TextEncoder {
    static final Map<String, TextTask> CLASSES = TextTask.classes(
            "DistilBert",
            FEATURES,
            MASKED_WORD,
            SEQUENCE_CLASSIFICATION,
            TOKEN_CLASSIFICATION,
            QUESTION_ANSWERING,
            MULTIPLE_CHOICE);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                     | block                                   | shape
            {base}.embeddings.word_embeddings              | embedding.words                         | vocabulary, width
            {base}.embeddings.position_embeddings          | embedding.positions                     | maxLength, width
            {base}.embeddings.LayerNorm                    | embedding.norm                          | width
            {base}.transformer.layer.{i}.attention.q_lin   | encoder.{i}.attention.projections.query | width, width
            {base}.transformer.layer.{i}.attention.k_lin   | encoder.{i}.attention.projections.key   | width, width
            {base}.transformer.layer.{i}.attention.v_lin   | encoder.{i}.attention.projections.value | width, width
            {base}.transformer.layer.{i}.attention.out_lin | encoder.{i}.attention.output            | width, width
            {base}.transformer.layer.{i}.sa_layer_norm     | encoder.{i}.norm1                       | width
            {base}.transformer.layer.{i}.ffn.lin1          | encoder.{i}.mlp.expand                  | mlpWidth, width
            {base}.transformer.layer.{i}.ffn.lin2          | encoder.{i}.mlp.contract                | width, mlpWidth
            {base}.transformer.layer.{i}.output_layer_norm | encoder.{i}.norm2                       | width
            vocab_transform                                | words.transform                         | width, width
            vocab_layer_norm                               | words.norm                              | width
            vocab_projector.bias                           | words.decoder.bias                      | vocabulary
            vocab_projector.weight                         | words.decoder.weight                    | vocabulary, width | tied: to the words, unless the config says otherwise
            pre_classifier                                 | classifier.hidden                       | width, width
            classifier                                     | classifier.output                       | scores, width
            classifier                                     | classifier                              | scores, width
            qa_outputs                                     | spans                                   | 2, width
            {base}.embeddings.position_ids                 | -                                       | - | unused: 0, 1, 2, …
            vocab_*                                        | -                                       | - | unused: the head of the pre-training, by other tasks
            pre_classifier.*                               | -                                       | - | unused: a head, where features are asked for
            classifier.*                                   | -                                       | - | unused: a head, where features are asked for
            qa_outputs.*                                   | -                                       | - | unused: a head, where features are asked for
            """);

    /** The reference's, whatever the config says. */
    private static final float NORM_EPSILON = 1e-12f;

    private final BertConfig config;
    private final TextEmbedding embedding;
    private final Encoder encoder;

    private DistilBert(BertConfig config, TextTask task) {
        super(task, config.labels());
        this.config = config;
        int width = config.encoder().width();
        embedding = part("embedding", config.embedding());
        encoder = part("encoder", config.blocks());
        addHeads(
                width,
                () -> config.wordHead(embedding.words(), config.encoder().activation()),
                scores -> new TwoLayerHead(width, Activation.RELU, scores));
    }

    /** The model that a config.json describes, without weights yet. */
    static DistilBert of(ConfigJson json, TextTask task) {
        EncoderConfig encoder = new EncoderConfig(
                json.size("dim", 768),
                json.integer("n_layers", 6),
                json.size("n_heads", 12),
                json.size("hidden_dim", 3072),
                NORM_EPSILON,
                Activation.named(json.text("activation", "gelu")),
                Bias.PRESENT);
        BertConfig config = new BertConfig(
                encoder,
                json.size("vocab_size", 30522),
                json.size("max_position_embeddings", 512),
                0,
                Optional.empty(),
                Optional.empty(),
                json.flag("tie_word_embeddings", true),
                Labels.of(json));
        DistilBert model = new DistilBert(config, task);
        if (json.flag("sinusoidal_pos_embds", false)) { // a fixed table, though a checkpoint holds it
            model.embedding.parts().get("positions").parameters().values().forEach(table -> table.freeze(true));
        }
        return model;
    }

    @Override
    public TextFeatures features(TextInput input, Pass pass) {
        return features(input, embedding.forward(readable(input), pass), encoder, Optional.empty(), pass);
    }

    @Override
    NDArray summary(TextFeatures features) {
        return features.first();
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
        return 0;
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public String basePrefix() {
        return "distilbert";
    }

    @Override
    public Map<String, Long> sizes() {
        return config.sizes(task());
    }
}
