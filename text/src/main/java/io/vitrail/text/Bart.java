package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.LearnedPositions;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.VocabularyProjection;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.HashMap;
import java.util.Map;

/**
 * BART (Lewis et al. 2019, "Denoising Sequence-to-Sequence Pre-training for Natural Language Generation, Translation,
 * and Comprehension"): the original Transformer ({@link Marian}) that learned to write down a text of which it read a
 * damaged copy, and then to summarise. It differs in what {@link Bert} had shown to work: places have learned vectors,
 * tokens are normalised before the first block, and the MLPs have GELU. Its positions are fairseq's ({@link
 * FairseqPlaces}).
 */
public final class Bart extends TextToTextModel {
    static final Map<String, TextTask> CLASSES =
            Map.of("BartForConditionalGeneration", TextTask.TEXT_TO_TEXT, "BartModel", TextTask.FEATURES);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                         | block           | shape
            {base}.shared                      | words           | vocabulary, width
            {base}.encoder.embed_tokens        | words           | vocabulary, width | tied: the same under another name
            {base}.decoder.embed_tokens        | words           | vocabulary, width | tied: the same under another name
            {base}.encoder.embed_positions     | sourcePositions | positions, width
            {base}.encoder.layernorm_embedding | sourceNorm      | width
            {base}.decoder.embed_positions     | targetPositions | positions, width
            {base}.decoder.layernorm_embedding | targetNorm      | width
            lm_head.weight                     | head.weight     | vocabulary, width | tied: to the words, unless the config says otherwise
            final_logits_bias                  | head.bias       | vocabulary from 1, vocabulary | reshaped: it is a row
            {base}.encoder.version             | -               | -                 | unused: fairseq's
            {base}.decoder.version             | -               | -                 | unused: fairseq's
            lm_head.*                          | -               | -                 | unused: the head, where features are asked for
            final_logits_bias                  | -               | -                 | unused: the same
            """
                    + Marian.LAYERS);

    private final Marian.Config config;
    private final TokenEmbedding words;
    private final LearnedPositions sourcePositions;
    private final LearnedPositions targetPositions;
    private final TokenNorm sourceNorm;
    private final TokenNorm targetNorm;
    private final Encoder encoder;
    private final Encoder decoder;

    private Bart(Marian.Config config, TextTask task) {
        this.config = config;
        int width = config.width();
        int positions = FairseqPlaces.rows(config.maxLength());
        words = part("words", new TokenEmbedding(config.vocabulary(), width));
        sourcePositions = part("sourcePositions", new LearnedPositions(positions, width));
        sourceNorm = part("sourceNorm", config.encoder().norm());
        encoder = part("encoder", config.encoder().postNormEncoder());
        targetPositions = part("targetPositions", new LearnedPositions(positions, width));
        targetNorm = part("targetNorm", config.decoder().norm());
        decoder = part("decoder", config.decoder().postNormDecoder(width));
        if (task != TextTask.FEATURES) {
            addHead("head", VocabularyProjection.of(words, config.tied(), Bias.PRESENT));
        }
    }

    /** The model that a config.json describes, without weights yet; its keys are those of {@link Marian}. */
    static Bart of(ConfigJson json, TextTask task) {
        return new Bart(Marian.Config.fromJson(json, 50265, true), task);
    }

    @Override
    TensorBlock encoder() {
        return encoder;
    }

    @Override
    public Tokens encode(TextInput input, Pass pass) {
        NDArray x = embedded(input.only(this, TextInput.Part.PLACES), sourcePositions, sourceNorm, pass);
        Tokens read = encoder.forward(source(x, input), pass);
        pass.trace().record("last_hidden_state", read.vectors());
        return read;
    }

    @Override
    public NDArray states(TextInput input, Pass pass) {
        NDArray x = embedded(input.only(this, TextInput.Part.PLACES), targetPositions, targetNorm, pass);
        x = decoder.forward(x, writing(input, pass));
        pass.trace().record("last_hidden_state", x);
        return x;
    }

    /** [batch, tokens] to [batch, tokens, width]. */
    private NDArray embedded(TextInput input, LearnedPositions positions, TokenNorm norm, Pass pass) {
        NDArray x = config.embedded(words, input, pass);
        x = positions.forward(x, FairseqPlaces.of(places(input, pass), FairseqPlaces.PADDING), pass);
        return norm.forward(x, pass);
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
        Map<String, Long> sizes = new HashMap<>(config.sizes());
        sizes.put("positions", (long) FairseqPlaces.rows(config.maxLength()));
        return sizes;
    }
}
