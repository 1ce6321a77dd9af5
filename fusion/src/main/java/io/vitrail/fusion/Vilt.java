package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.TextEmbedding;
import io.vitrail.text.TextInput;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import io.vitrail.vit.PaddedImageEmbedding;
import io.vitrail.vit.PaddedPictures;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.VisionInput;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * ViLT (Kim et al. 2021, "ViLT: Vision-and-Language Transformer Without Convolution or Region Supervision", section 3):
 * no tower at all. Words are embedded as in BERT, patches as in a Vision Transformer; a vector tells which of both a
 * token is, and one Vision Transformer reads them side by side. The first word's token stands for the pair. As a DJL
 * block it maps pixels to the pictures' tokens before they meet a text.
 *
 * <p>All patches are read: the random choice among them that saves time in training (max_image_length) isn't made.
 */
public final class Vilt extends FusionModel {
    static final Map<String, FusionTask> CLASSES = Map.of(
            "ViltModel", FusionTask.FEATURES,
            "ViltForQuestionAnswering", FusionTask.QUESTION_ANSWERING,
            "ViltForImageAndTextRetrieval", FusionTask.MATCHING,
            "ViltForImagesAndTextClassification", FusionTask.CLASSIFICATION,
            "ViltForMaskedLM", FusionTask.MASKED_WORD,
            "ViltForTokenClassification", FusionTask.TOKEN_CLASSIFICATION);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                                | block                                   | shape                                    | note
            {base}.embeddings.text_embeddings.word_embeddings         | text.words                              | vocabulary, width
            {base}.embeddings.text_embeddings.position_embeddings     | text.positions                          | maxLength, width
            {base}.embeddings.text_embeddings.token_type_embeddings   | text.segments                           | segments, width
            {base}.embeddings.text_embeddings.LayerNorm               | text.norm                               | width
            {base}.embeddings.text_embeddings.position_ids            | -                                       | -                                        | unused: 0, 1, 2, …
            {base}.embeddings.cls_token                               | pictures.classToken                     | 1, 1, width
            {base}.embeddings.patch_embeddings.projection             | pictures.patches                        | width, channels, patchHeight, patchWidth
            {base}.embeddings.position_embeddings                     | pictures.positions                      | 1, positions, width
            {base}.embeddings.token_type_embeddings                   | kinds                                   | kinds, width
            {base}.encoder.layer.{i}.layernorm_before                 | encoder.{i}.norm1                       | width
            {base}.encoder.layer.{i}.attention.attention.query        | encoder.{i}.attention.projections.query | width, width
            {base}.encoder.layer.{i}.attention.attention.key          | encoder.{i}.attention.projections.key   | width, width
            {base}.encoder.layer.{i}.attention.attention.value        | encoder.{i}.attention.projections.value | width, width
            {base}.encoder.layer.{i}.attention.output.dense           | encoder.{i}.attention.output            | width, width
            {base}.encoder.layer.{i}.layernorm_after                  | encoder.{i}.norm2                       | width
            {base}.encoder.layer.{i}.intermediate.dense               | encoder.{i}.mlp.expand                  | mlpWidth, width
            {base}.encoder.layer.{i}.output.dense                     | encoder.{i}.mlp.contract                | width, mlpWidth
            {base}.layernorm                                          | norm                                    | width
            {base}.pooler.dense                                       | pooler                                  | width, width
            classifier.0                                              | classes.hidden                          | hidden, pairs
            classifier.1                                              | classes.norm                            | hidden
            classifier.3                                              | classes.output                          | labels, hidden
            rank_output                                               | match                                   | 1, width
            classifier                                                | tags                                    | labels, width
            mlm_score.transform.dense                                 | words.transform                         | width, width
            mlm_score.transform.LayerNorm                             | words.norm                              | width
            mlm_score.bias                                            | words.decoder.bias                      | vocabulary
            mlm_score.decoder.bias                                    | words.decoder.bias                      | vocabulary                               | tied: the same under another name
            mlm_score.decoder.weight                                  | words.decoder.weight                    | vocabulary, width                        | tied: to the words, if the config says so
            {base}.pooler.*                                           | -                                       | -                                        | unused: by heads that read every word
            classifier.*                                              | -                                       | -                                        | unused: a head, by other tasks
            rank_output.*                                             | -                                       | -                                        | unused: a head, by other tasks
            mlm_score.*                                               | -                                       | -                                        | unused: a head, by other tasks
            """);

    private final ViltConfig config;
    private final TextEmbedding text;
    private final PaddedImageEmbedding pictures;
    private final TokenEmbedding kinds;
    private final Encoder encoder;
    private final TokenNorm norm;
    private final Optional<Linear> pooler;
    private final Optional<TensorBlock> head;

    private Vilt(ConfigJson json, FusionTask task) {
        config = ViltConfig.fromJson(json, task);
        int width = config.encoder().width();
        text = part("text", config.words());
        pictures = part("pictures", PaddedImageEmbedding.ofVilt(json));
        kinds = part("kinds", TokenEmbedding.ofSegments(config.kinds(), width));
        encoder = part("encoder", config.encoder().preNormEncoder());
        norm = part("norm", config.encoder().norm());
        boolean readsPairs = task != FusionTask.MASKED_WORD && task != FusionTask.TOKEN_CLASSIFICATION;
        pooler = readsPairs
                ? Optional.of(part("pooler", new Linear(width, width, Bias.PRESENT, Activation.TANH)))
                : Optional.empty();
        head = head(task, text.words());
    }

    private Optional<TensorBlock> head(FusionTask task, TokenEmbedding words) {
        int width = config.encoder().width();
        Map<FusionTask, Supplier<TensorBlock>> heads = Map.of(
                FusionTask.QUESTION_ANSWERING, this::classes,
                FusionTask.CLASSIFICATION, this::classes,
                FusionTask.MATCHING, () -> part("match", new Linear(width, 1)),
                FusionTask.TOKEN_CLASSIFICATION,
                        () -> part("tags", new Linear(width, config.labels().size())),
                FusionTask.MASKED_WORD, () -> part("words", config.wordHead(words)));
        return Optional.ofNullable(heads.get(task)).map(Supplier::get);
    }

    private TensorBlock classes() {
        int labels = config.labels().size();
        return part("classes", new NormedHead(config.pairsWidth(), config.hiddenWidth(), labels));
    }

    /** The model that a config.json describes, without weights yet. */
    static Vilt of(ConfigJson json, FusionTask task) {
        return new Vilt(json, task);
    }

    /**
     * The tokens of words and patches behind the last norm; records {@code last_hidden_state} and the layers' stages.
     *
     * @param seen as many pictures as texts
     * @return [batch, words + 1 + patches, width]
     */
    public NDArray features(TextInput input, PaddedPictures seen, Pass pass) {
        return features(input, seen, 1, pass);
    }

    /** @param number of the picture among those of a text, counted from 1: each has a vector of its own */
    private NDArray features(TextInput input, PaddedPictures seen, int number, Pass pass) {
        NDArray words = text.forward(input, pass).add(kind(0, input, pass)); // [batch, words, width]
        Tokens patches = pictures.forward(seen, pass);
        NDArray marked = patches.vectors().add(kind(number, input, pass)); // [batch, 1 + patches, width]
        Tokens both = new Tokens(words, input.mask()).then(new Tokens(marked, patches.mask()));
        NDArray x = norm.forward(encoder.forward(both, pass).vectors(), pass);
        pass.trace().record("last_hidden_state", x);
        return x;
    }

    /** The vector of a kind of tokens: [1, 1, width]. */
    private NDArray kind(int number, TextInput input, Pass pass) {
        NDArray id = input.ids().getManager().create(new long[] {number}, new Shape(1, 1));
        return kinds.forward(id, pass);
    }

    /** What stands for text and picture together: [batch, width]; records {@code pooler_output}. */
    private NDArray pair(NDArray features, Pass pass) {
        NDArray pair = pooler.orElseThrow().forward(features.get(":, 0"), pass);
        pass.trace().record("pooler_output", pair);
        return pair;
    }

    /**
     * Scores before softmax or sigmoid; records them as {@code logits}. Without a head, what stands for text and
     * picture together.
     *
     * @param seen the first picture of each text, then the second of each, and so on: {@link #pictures} of them
     * @return by task: of answers or classes [batch, labels], of the match [batch, 1], of each word's tags or of words
     *     in its place [batch, words, labels or vocabulary], or [batch, width]
     */
    public NDArray scores(TextInput input, List<PaddedPictures> seen, Pass pass) {
        Check.that(
                seen.size() == config.pictures(),
                "This model needs %d pictures for each text, not %d.",
                config.pictures(),
                seen.size());
        NDList features = new NDList();
        for (int i = 0; i < seen.size(); i++) {
            NDArray x = features(input, seen.get(i), i + 1, pass);
            long words = input.ids().getShape().get(1);
            features.add(pooler.isPresent() ? pair(x, pass) : x.get(":, :{}", words));
        }
        NDArray read = features.size() == 1 ? features.get(0) : NDArrays.concat(features, 1);
        if (head.isEmpty()) {
            return read;
        }
        NDArray scores = head.get().forward(read, pass);
        pass.trace().record("logits", scores);
        return scores;
    }

    /** How a picture's tokens lie on its pixels. */
    @Override
    public Optional<TokenLayout> layout(int imageHeight, int imageWidth) {
        return Optional.of(pictures.layout(imageHeight, imageWidth));
    }

    /**
     * What each token of a text took from each of a picture's, in their one stream.
     *
     * @param input one text; its first token stands for the pair
     */
    MeanAttention taken(VisionInput picture, TextInput input, Pass pass) {
        Trace trace = Trace.of(picture.pixels().getManager(), Set.of(Trace.Stage.ATTENTIONS));
        features(input, PaddedPictures.of(picture.pixels()), pass.withTrace(trace));
        int words = Math.toIntExact(input.ids().getShape().get(1));
        MeanAttention all = MeanAttention.of(trace, "attentions.").orElseThrow(WordSources.unknown());
        int[] patches = IntStream.range(words, all.keys()).toArray();
        return all.part(IntStream.range(0, words).toArray(), patches);
    }

    @Override
    public NDArray forward(NDArray pixels, Pass pass) {
        return pictures.forward(pixels, pass);
    }

    /** Names of answers or classes by index. */
    public List<String> labels() {
        return config.labels();
    }

    /** How many pictures belong to a text. */
    public int pictures() {
        return config.pictures();
    }

    /** Most tokens of a text, special ones included. */
    public int maxTokens() {
        return config.maxLength();
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public String basePrefix() {
        return "vilt";
    }

    /** None. */
    @Override
    List<WeightTable.Filling> towers(Checkpoint checkpoint) {
        return List.of();
    }

    @Override
    public Map<String, Long> sizes() {
        return config.sizes(pictures.sizes());
    }
}
