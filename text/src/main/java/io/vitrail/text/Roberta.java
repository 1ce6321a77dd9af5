package io.vitrail.text;

import static io.vitrail.text.TextTask.FEATURES;
import static io.vitrail.text.TextTask.FEATURES_WITHOUT_POOLER;
import static io.vitrail.text.TextTask.MASKED_WORD;
import static io.vitrail.text.TextTask.MULTIPLE_CHOICE;
import static io.vitrail.text.TextTask.QUESTION_ANSWERING;
import static io.vitrail.text.TextTask.SEQUENCE_CLASSIFICATION;
import static io.vitrail.text.TextTask.TOKEN_CLASSIFICATION;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;
import java.util.Optional;

/**
 * RoBERTa (Liu et al. 2019): {@link Bert}, trained longer, on masked words alone. So it has no head for next sentences, and no
 * pooler that a classifier could build on: that has a hidden layer of its own. Its positions are fairseq's: counted from behind
 * the padding's id, over the tokens that aren't padding.
 */
public final class Roberta extends TextEncoder {
    static final Map<String, TextTask> CLASSES = TextTask.classes(
            "Roberta",
            FEATURES,
            FEATURES_WITHOUT_POOLER,
            MASKED_WORD,
            SEQUENCE_CLASSIFICATION,
            TOKEN_CLASSIFICATION,
            QUESTION_ANSWERING,
            MULTIPLE_CHOICE);

    static final WeightTable WEIGHTS = WeightTable.parse(
            Bert.ENCODER
                    + """
            lm_head.dense                                                | words.transform                         | width, width
            lm_head.layer_norm                                           | words.norm                              | width
            lm_head.bias                                                 | words.decoder.bias                      | vocabulary
            lm_head.decoder.bias                                         | words.decoder.bias                      | vocabulary        | tied: the same under another name
            lm_head.decoder.weight                                       | words.decoder.weight                    | vocabulary, width | tied: to the words, unless the config says otherwise
            classifier                                                   | classifier                              | scores, width
            classifier.dense                                             | classifier.hidden                       | width, width
            classifier.out_proj                                          | classifier.output                       | scores, width
            qa_outputs                                                   | spans                                   | 2, width
            {base}.pooler.*                                              | -                                       | - | unused: by heads that read tokens
            lm_head.*                                                    | -                                       | - | unused: the head of the pre-training, by other tasks
            classifier.*                                                 | -                                       | - | unused: a head, where features are asked for
            qa_outputs.*                                                 | -                                       | - | unused: a head, where features are asked for
            """);

    private final BertConfig config;
    private final int padding;
    private final TextEmbedding embedding;
    private final Encoder encoder;
    private final Optional<Linear> pooler;

    private Roberta(BertConfig config, int padding, TextTask task) {
        super(task, config.labels());
        Check.that(
                padding >= 0 && padding < config.vocabulary() && padding < config.maxLength() - 1,
                "config.json: pad_token_id (%d) must be an id of the vocabulary (%d) and a place before others (%d).",
                padding,
                config.vocabulary(),
                config.maxLength());
        this.config = config;
        this.padding = padding;
        int width = config.encoder().width();
        embedding = part("embedding", config.embedding());
        encoder = part("encoder", config.blocks());
        pooler = readsPooler(task) ? config.pooler(task).map(layer -> part("pooler", layer)) : Optional.empty();
        addHeads(
                width,
                () -> config.wordHead(embedding.words(), Activation.GELU),
                scores -> readsPooler(task)
                        ? new Linear(width, scores)
                        : new TwoLayerHead(width, Activation.TANH, scores));
    }

    private static boolean readsPooler(TextTask task) {
        return task == FEATURES || task == MULTIPLE_CHOICE;
    }

    /** The model that a config.json describes, without weights yet; its keys are those of {@link Bert}. */
    static Roberta of(ConfigJson json, TextTask task) {
        return new Roberta(BertConfig.encoder(json, 50265), json.integer("pad_token_id", 1), task);
    }

    @Override
    public TextFeatures features(TextInput input, Pass pass) {
        TextInput placed = input.places().isPresent() ? input : input.withPlaces(places(input.ids()));
        return features(input, embedding.forward(readable(placed), pass), encoder, pooler, pass);
    }

    /** Tokens count on from padding + 1, and padding stays at its own id's place: [batch, tokens] to the same. */
    private NDArray places(NDArray ids) {
        NDArray real = ids.neq(padding).toType(DataType.INT64, false);
        return FairseqPlaces.ofReal(real, padding);
    }

    @Override
    NDArray summary(TextFeatures features) {
        return readsPooler(task()) ? pooled(features) : features.first();
    }

    @Override
    public int maxTokens() {
        return config.maxLength() - padding - 1;
    }

    @Override
    public long padding() {
        return padding;
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
        return "roberta";
    }

    @Override
    public Map<String, Long> sizes() {
        return config.sizes(task());
    }
}
