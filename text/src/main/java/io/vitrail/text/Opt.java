package io.vitrail.text;

import static io.vitrail.text.TextTask.FEATURES;
import static io.vitrail.text.TextTask.NEXT_TOKEN;
import static io.vitrail.text.TextTask.SEQUENCE_CLASSIFICATION;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.LearnedPositions;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Mlp;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.PlainNorm;
import io.vitrail.transformer.PostNormBlock;
import io.vitrail.transformer.PreNormBlock;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.SelfAttention;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.VocabularyProjection;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;
import java.util.Optional;

/**
 * OPT (Zhang et al. 2022, "OPT: Open Pre-trained Transformer Language Models", section 2.1). It differs from {@link
 * Gpt2} in ReLU and in how places are counted: padding has none, and the table of positions begins with two rows that
 * no token takes. The model of 350 million parameters has its norms behind the residuals as {@link Gpt1} has, and words
 * of half the width, which are projected.
 */
public final class Opt extends TextDecoder {
    static final Map<String, TextTask> CLASSES = TextTask.classes("OPT", FEATURES, NEXT_TOKEN, SEQUENCE_CLASSIFICATION);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                      | block                                   | shape
            {base}.decoder.embed_tokens                     | words                                   | vocabulary, wordWidth
            {base}.decoder.embed_positions                  | positions                               | rows, width
            {base}.decoder.project_in                       | projectIn                               | width, wordWidth
            {base}.decoder.layers.{i}.self_attn.q_proj      | decoder.{i}.attention.projections.query | width, width
            {base}.decoder.layers.{i}.self_attn.k_proj      | decoder.{i}.attention.projections.key   | width, width
            {base}.decoder.layers.{i}.self_attn.v_proj      | decoder.{i}.attention.projections.value | width, width
            {base}.decoder.layers.{i}.self_attn.out_proj    | decoder.{i}.attention.output            | width, width
            {base}.decoder.layers.{i}.self_attn_layer_norm  | decoder.{i}.norm1                       | width
            {base}.decoder.layers.{i}.fc1                   | decoder.{i}.mlp.expand                  | mlpWidth, width
            {base}.decoder.layers.{i}.fc2                   | decoder.{i}.mlp.contract                | width, mlpWidth
            {base}.decoder.layers.{i}.final_layer_norm      | decoder.{i}.norm2                       | width
            {base}.decoder.final_layer_norm                 | norm                                    | width
            {base}.decoder.project_out                      | projectOut                              | wordWidth, width
            lm_head                                         | head                                    | vocabulary, wordWidth | tied: to the words, unless the config says otherwise
            lm_head.*                                       | -                                       | - | unused: a head, where features are asked for
            score.*                                         | -                                       | - | unused: a head for whole texts, by others
            """);

    private static final float NORM_EPSILON = 1e-5f;

    /** Where the norms of a block stand. */
    private enum NormPlace {
        BEFORE,
        BEHIND
    }

    /**
     * Sizes and choices of one OPT.
     *
     * @param blocks sizes of the blocks
     * @param vocabulary number of byte-pair tokens
     * @param wordWidth of the words' vectors; where it isn't the blocks' width, they are projected
     * @param maxLength places that positions are known for
     * @param norms where they stand
     * @param learnedNorms whether they scale and shift
     * @param lastNorm whether there is one behind the last block
     * @param biased whether linear layers have biases
     * @param tied whether words are scored by the vectors that embed them
     */
    record Config(
            EncoderConfig blocks,
            int vocabulary,
            int wordWidth,
            int maxLength,
            NormPlace norms,
            boolean learnedNorms,
            boolean lastNorm,
            Bias biased,
            boolean tied) {
        /** As config.json names them, with the reference's defaults. */
        static Config fromJson(ConfigJson json) {
            Bias biased = json.flag("enable_bias", true) ? Bias.PRESENT : Bias.ABSENT;
            boolean before = json.flag("do_layer_norm_before", true);
            EncoderConfig blocks = new EncoderConfig(
                    json.size("hidden_size", 768),
                    json.integer("num_hidden_layers", 12),
                    json.size("num_attention_heads", 12),
                    json.size("ffn_dim", 3072),
                    NORM_EPSILON,
                    Activation.named(json.text("activation_function", "relu")),
                    biased);
            return new Config(
                    blocks,
                    json.size("vocab_size", 50272),
                    json.size("word_embed_proj_dim", blocks.width()),
                    json.size("max_position_embeddings", 2048),
                    before ? NormPlace.BEFORE : NormPlace.BEHIND,
                    json.flag("layer_norm_elementwise_affine", true),
                    before && !json.flag("_remove_final_layer_norm", false),
                    biased,
                    json.flag("tie_word_embeddings", true));
        }

        int width() {
            return blocks.width();
        }

        int rows() {
            return FairseqPlaces.rows(maxLength);
        }

        boolean projected() {
            return wordWidth != width();
        }

        TensorBlock norm() {
            return learnedNorms ? blocks.norm() : new PlainNorm(NORM_EPSILON);
        }

        TensorBlock block() {
            SelfAttention attention = new SelfAttention(blocks.attention().withOutputBias(biased));
            Mlp mlp = new Mlp(width(), blocks.mlpWidth(), blocks.activation(), biased);
            return switch (norms) {
                case BEFORE -> new PreNormBlock(norm(), attention, norm(), mlp);
                case BEHIND -> new PostNormBlock(attention, norm(), mlp, norm());
            };
        }

        /** A matrix between the width of words and that of blocks. */
        static Linear projection(int from, int to) {
            return new Linear(from, to, Bias.ABSENT, Activation.LINEAR);
        }
    }

    private final Config config;
    private final TokenEmbedding words;
    private final LearnedPositions positions;
    private final Optional<Linear> projectIn;
    private final Encoder decoder;
    private final Optional<TensorBlock> norm;
    private final Optional<Linear> projectOut;

    private Opt(Config config, TextTask task) {
        this.config = config;
        int width = config.width();
        words = part("words", new TokenEmbedding(config.vocabulary(), config.wordWidth()));
        positions = part("positions", new LearnedPositions(config.rows(), width));
        decoder = part("decoder", new Encoder(config.blocks().depth(), i -> config.block()));
        norm = config.lastNorm() ? Optional.of(part("norm", config.norm())) : Optional.empty();
        Optional<Integer> word = config.projected() ? Optional.of(config.wordWidth()) : Optional.empty();
        projectIn = word.map(wordWidth -> part("projectIn", Config.projection(wordWidth, width)));
        projectOut = word.map(wordWidth -> part("projectOut", Config.projection(width, wordWidth)));
        if (task == NEXT_TOKEN) {
            addHead("head", VocabularyProjection.of(words, config.tied(), Bias.ABSENT));
        }
    }

    /** The model of a config.json, for a task. */
    static Opt of(ConfigJson config, TextTask task) {
        return new Opt(Config.fromJson(config), task);
    }

    @Override
    protected Optional<TokenEmbedding> words() {
        return Optional.of(words);
    }

    @Override
    public NDArray states(TextInput input, Pass pass) {
        NDArray x = projected(
                projectIn, tokens(input.only(this, TextInput.Part.VECTORS, TextInput.Part.PLACES), pass), pass);
        x = positions.forward(x, rows(input, pass), pass);
        x = decoder.forward(x, causal(input, pass));
        if (norm.isPresent()) {
            x = norm.get().forward(x, pass);
        }
        x = projected(projectOut, x, pass); // [batch, tokens, wordWidth]
        pass.trace().replaceLast(Trace.Stage.HIDDEN_STATES, x);
        pass.trace().record("last_hidden_state", x);
        return x;
    }

    private static NDArray projected(Optional<Linear> projection, NDArray x, Pass pass) {
        return projection.isPresent() ? projection.get().forward(x, pass) : x;
    }

    /** The rows of the table of positions: [batch or 1, tokens], int64. Padding takes one that no token takes. */
    private static NDArray rows(TextInput input, Pass pass) {
        if (input.places().isPresent() || !(input.mask() instanceof AttentionMask.Padding padding)) {
            return FairseqPlaces.of(places(input, pass), FairseqPlaces.PADDING);
        }
        NDArray real = Scope.lend(padding.real(), input.ids().getManager()).toType(DataType.INT64, false);
        NDArray all = FairseqPlaces.ofReal(real, FairseqPlaces.PADDING); // [batch, tokens so far]
        return all.get(":, {}:", pass.earlierTokens());
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
                "vocabulary", (long) config.vocabulary(),
                "rows", (long) config.rows(),
                "width", (long) config.width(),
                "wordWidth", (long) config.wordWidth(),
                "mlpWidth", (long) config.blocks().mlpWidth());
    }
}
