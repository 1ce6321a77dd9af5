package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.AttentionConfig;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.BucketedPositionBias;
import io.vitrail.transformer.BucketedPositionBias.Sight;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.CrossAttention;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.GatedMlp;
import io.vitrail.transformer.Mlp;
import io.vitrail.transformer.ModelLimits;
import io.vitrail.transformer.Numbers;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.PreNormBlock;
import io.vitrail.transformer.PreNormDecoderBlock;
import io.vitrail.transformer.RmsNorm;
import io.vitrail.transformer.SelfAttention;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.VocabularyProjection;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;
import java.util.Optional;

/**
 * T5 (Raffel et al. 2020, "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer"): the
 * original Transformer ({@link Marian}) for every task on text at once, whose name begins the text that is read. It
 * differs in the norms, which come before each sub-layer and neither centre nor shift; in places, which tokens don't
 * carry: attention's scores have a learned number for the distance of query and key instead; and in the absence of
 * biases. Scores aren't divided by √headWidth, for training began with accordingly smaller weights.
 *
 * <p>Version 1.1 (Shazeer 2020, "GLU Variants Improve Transformer") gates its MLPs by GELU, and recognises words by a
 * matrix of its own; Flan-T5 is of that form. In version 1.0 the table of words does that, and what it is compared with
 * is divided by √width.
 */
public final class T5 extends TextToTextModel {
    static final Map<String, TextTask> CLASSES = Map.of(
            "T5ForConditionalGeneration", TextTask.TEXT_TO_TEXT,
            "T5Model", TextTask.FEATURES,
            "T5EncoderModel", TextTask.ENCODER_FEATURES);

    static final String ENCODER =
            """
            checkpoint                                                        | block                                          | shape
            shared                                                            | words                                          | vocabulary, width
            encoder.embed_tokens                                              | words                                          | vocabulary, width     | tied: the same under another name
            encoder.block.0.layer.0.SelfAttention.relative_attention_bias     | encoder.bias                                   | buckets, heads
            encoder.block.{i}.layer.0.layer_norm                              | encoder.blocks.{i}.norm1                       | width
            encoder.block.{i}.layer.0.SelfAttention.q                         | encoder.blocks.{i}.attention.projections.query | attentionWidth, width
            encoder.block.{i}.layer.0.SelfAttention.k                         | encoder.blocks.{i}.attention.projections.key   | attentionWidth, width
            encoder.block.{i}.layer.0.SelfAttention.v                         | encoder.blocks.{i}.attention.projections.value | attentionWidth, width
            encoder.block.{i}.layer.0.SelfAttention.o                         | encoder.blocks.{i}.attention.output            | width, attentionWidth
            encoder.block.{i}.layer.1.layer_norm                              | encoder.blocks.{i}.norm2                       | width
            encoder.block.{i}.layer.1.DenseReluDense.wi                       | encoder.blocks.{i}.mlp.expand                  | mlpWidth, width
            encoder.block.{i}.layer.1.DenseReluDense.wo                       | encoder.blocks.{i}.mlp.contract                | width, mlpWidth
            encoder.block.{i}.layer.1.DenseReluDense.wi_0                     | encoder.blocks.{i}.mlp.gate                    | mlpWidth, width
            encoder.block.{i}.layer.1.DenseReluDense.wi_1                     | encoder.blocks.{i}.mlp.up                      | mlpWidth, width
            encoder.block.{i}.layer.1.DenseReluDense.wo                       | encoder.blocks.{i}.mlp.down                    | width, mlpWidth
            encoder.final_layer_norm                                          | encoder.norm                                   | width
            """;

    static final WeightTable WEIGHTS = WeightTable.parse(
            ENCODER
                    + """
            decoder.embed_tokens                                              | words                                          | vocabulary, width     | tied: the same under another name
            decoder.block.0.layer.0.SelfAttention.relative_attention_bias     | decoder.bias                                   | buckets, heads
            decoder.block.{i}.layer.0.layer_norm                              | decoder.blocks.{i}.norm1                       | width
            decoder.block.{i}.layer.0.SelfAttention.q                         | decoder.blocks.{i}.attention.projections.query | attentionWidth, width
            decoder.block.{i}.layer.0.SelfAttention.k                         | decoder.blocks.{i}.attention.projections.key   | attentionWidth, width
            decoder.block.{i}.layer.0.SelfAttention.v                         | decoder.blocks.{i}.attention.projections.value | attentionWidth, width
            decoder.block.{i}.layer.0.SelfAttention.o                         | decoder.blocks.{i}.attention.output            | width, attentionWidth
            decoder.block.{i}.layer.1.layer_norm                              | decoder.blocks.{i}.contextNorm                 | width
            decoder.block.{i}.layer.1.EncDecAttention.q                       | decoder.blocks.{i}.contextAttention.query      | attentionWidth, width
            decoder.block.{i}.layer.1.EncDecAttention.k                       | decoder.blocks.{i}.contextAttention.key        | attentionWidth, width
            decoder.block.{i}.layer.1.EncDecAttention.v                       | decoder.blocks.{i}.contextAttention.value      | attentionWidth, width
            decoder.block.{i}.layer.1.EncDecAttention.o                       | decoder.blocks.{i}.contextAttention.output     | width, attentionWidth
            decoder.block.{i}.layer.2.layer_norm                              | decoder.blocks.{i}.norm2                       | width
            decoder.block.{i}.layer.2.DenseReluDense.wi                       | decoder.blocks.{i}.mlp.expand                  | mlpWidth, width
            decoder.block.{i}.layer.2.DenseReluDense.wo                       | decoder.blocks.{i}.mlp.contract                | width, mlpWidth
            decoder.block.{i}.layer.2.DenseReluDense.wi_0                     | decoder.blocks.{i}.mlp.gate                    | mlpWidth, width
            decoder.block.{i}.layer.2.DenseReluDense.wi_1                     | decoder.blocks.{i}.mlp.up                      | mlpWidth, width
            decoder.block.{i}.layer.2.DenseReluDense.wo                       | decoder.blocks.{i}.mlp.down                    | width, mlpWidth
            decoder.final_layer_norm                                          | decoder.norm                                   | width
            lm_head                                                           | head                                           | vocabulary, width     | tied: to the words in version 1.0
            lm_head.*                                                         | -                                              | -                     | unused: the head, where features are asked for
            decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.* | -                                              | -                     | unused: distances to another text mean nothing
            """);

    /**
     * Sizes and choices.
     *
     * @param vocabulary number of tokens
     * @param width of the tokens
     * @param depth number of the encoder's blocks
     * @param decoderDepth number of the decoder's
     * @param heads of each attention
     * @param headWidth width of one head; their widths needn't add up to {@code width}
     * @param mlpWidth width between the layers of the MLP
     * @param activation of the MLP
     * @param gated whether the activation gates
     * @param buckets of distances
     * @param farthest distance from which on all are alike
     * @param normEpsilon added to the mean square in norms
     * @param tied whether words are recognised by the vectors that embed them
     */
    record Config(
            int vocabulary,
            int width,
            int depth,
            int decoderDepth,
            int heads,
            int headWidth,
            int mlpWidth,
            Activation activation,
            boolean gated,
            int buckets,
            int farthest,
            float normEpsilon,
            boolean tied) {
        private static final String GATED = "gated-";

        Config {
            for (int layers : new int[] {depth, decoderDepth}) {
                Check.that(
                        layers >= 0 && layers <= ModelLimits.DEPTH,
                        "depth (%d) must be from 0 to %d",
                        layers,
                        ModelLimits.DEPTH);
            }
            Check.that(buckets >= 4, "config.json: relative_attention_num_buckets (%d) must be at least 4.", buckets);
            Check.that(
                    farthest > buckets / 2,
                    "config.json: relative_attention_max_distance (%d) must be more than half of the %d buckets.",
                    farthest,
                    buckets);
            Check.that(normEpsilon >= 0, "normEpsilon (%s) must not be negative", normEpsilon);
        }

        /** As config.json names them, with the reference's defaults. */
        static Config fromJson(ConfigJson json) {
            String mlp = json.text("feed_forward_proj", "relu");
            boolean gated = mlp.startsWith(GATED);
            String activation = gated ? mlp.substring(GATED.length()) : mlp;
            String newer = mlp.equals("gated-gelu") ? "gelu_new" : activation; // the reference's exception
            int depth = json.integer("num_layers", 6);
            return new Config(
                    json.size("vocab_size", 32128),
                    json.size("d_model", 512),
                    depth,
                    json.integer("num_decoder_layers", depth),
                    json.size("num_heads", 8),
                    json.size("d_kv", 64),
                    json.size("d_ff", 2048),
                    Activation.named(json.text("dense_act_fn", newer)),
                    json.flag("is_gated_act", gated),
                    json.size("relative_attention_num_buckets", 32),
                    json.size("relative_attention_max_distance", 128),
                    (float) json.number("layer_norm_epsilon", 1e-6),
                    json.flag("tie_word_embeddings", true));
        }

        private AttentionConfig attention() {
            Bias none = Bias.ABSENT;
            return new AttentionConfig(width, heads, heads, headWidth, 1, none, none, none, none);
        }

        private RmsNorm norm() {
            return new RmsNorm(width, normEpsilon);
        }

        private TensorBlock mlp() {
            return gated
                    ? new GatedMlp(width, mlpWidth, activation, Bias.ABSENT)
                    : new Mlp(width, mlpWidth, activation, Bias.ABSENT);
        }

        T5Stack encoder() {
            return new T5Stack(
                    new BucketedPositionBias(Sight.BOTH_SIDES, buckets, farthest, heads),
                    new Encoder(depth, i -> new PreNormBlock(norm(), new SelfAttention(attention()), norm(), mlp())),
                    norm());
        }

        private T5Stack decoder() {
            return new T5Stack(
                    new BucketedPositionBias(Sight.BEFORE, buckets, farthest, heads),
                    new Encoder(
                            decoderDepth,
                            i -> new PreNormDecoderBlock(
                                    norm(),
                                    new SelfAttention(attention()),
                                    norm(),
                                    new CrossAttention(attention(), width),
                                    norm(),
                                    mlp())),
                    norm());
        }

        Map<String, Long> sizes() {
            return Map.of(
                    "vocabulary", (long) vocabulary,
                    "width", (long) width,
                    "attentionWidth", (long) heads * headWidth,
                    "mlpWidth", (long) mlpWidth,
                    "buckets", (long) buckets,
                    "heads", (long) heads);
        }
    }

    private final Config config;
    private final TokenEmbedding words;
    private final T5Stack encoder;
    private final T5Stack decoder;

    private T5(Config config, TextTask task) {
        this.config = config;
        words = part("words", new TokenEmbedding(config.vocabulary(), config.width()));
        encoder = part("encoder", config.encoder());
        decoder = part("decoder", config.decoder());
        if (task != TextTask.FEATURES) {
            addHead("head", VocabularyProjection.of(words, config.tied(), Bias.ABSENT));
        }
    }

    /** The model that a config.json describes, or its encoder alone, without weights yet. */
    static TextModel of(ConfigJson json, TextTask task) {
        Config config = Config.fromJson(json);
        return task == TextTask.ENCODER_FEATURES ? new T5Encoder(config) : new T5(config, task);
    }

    @Override
    protected Optional<TokenEmbedding> words() {
        return Optional.of(words);
    }

    @Override
    TensorBlock encoder() {
        return encoder;
    }

    @Override
    public Tokens encode(TextInput input, Pass pass) {
        Tokens text = source(tokens(input.only(this, TextInput.Part.VECTORS), pass), input);
        return new Tokens(encoder.forward(text.vectors(), pass.withMask(text.mask())), text.mask());
    }

    @Override
    public NDArray states(TextInput input, Pass pass) {
        TextInput read = input.only(this, TextInput.Part.VECTORS, TextInput.Part.PLACES); // distances tell the places
        return decoder.forward(tokens(read, pass), writing(read, pass));
    }

    @Override
    public NDArray logits(NDArray states, Pass pass) {
        NDArray compared = config.tied() ? Numbers.times(states, 1 / Math.sqrt(config.width())) : states;
        return super.logits(compared, pass);
    }

    @Override
    public int maxTokens() {
        return Integer.MAX_VALUE;
    }

    @Override
    public int maxSourceTokens() {
        return Integer.MAX_VALUE;
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
        return "transformer";
    }

    @Override
    public Map<String, Long> sizes() {
        return config.sizes();
    }
}
