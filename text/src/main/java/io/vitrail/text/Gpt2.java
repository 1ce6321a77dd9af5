package io.vitrail.text;

import static io.vitrail.text.TextTask.FEATURES;
import static io.vitrail.text.TextTask.NEXT_TOKEN;
import static io.vitrail.text.TextTask.SEQUENCE_CLASSIFICATION;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.AttentionConfig;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.CrossAttention;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.LearnedPositions;
import io.vitrail.transformer.Mlp;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.PreNormBlock;
import io.vitrail.transformer.PreNormDecoderBlock;
import io.vitrail.transformer.SelfAttention;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.VocabularyProjection;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;
import java.util.Optional;

/**
 * GPT-2 (Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.3). It differs from
 * {@link Gpt1} in where norms stand: before attention and MLP, so that the residual stream runs undisturbed through any
 * number of layers, with one more norm behind the last. As the decoder of a model that describes pictures it asks their
 * tokens, too (the pass's context).
 */
public final class Gpt2 extends TextDecoder {
    static final Map<String, TextTask> CLASSES =
            TextTask.classes(Map.of("GPT2LMHeadModel", NEXT_TOKEN), "GPT2", FEATURES, SEQUENCE_CLASSIFICATION);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                          | block                                                 | shape
            {base}.wte                          | words                                                 | vocabulary, width
            {base}.wpe                          | positions                                             | maxLength, width
            {base}.h.{i}.ln_1                   | decoder.{i}.norm1                                     | width
            {base}.h.{i}.attn.c_attn            | decoder.{i}.attention.projections.[query, key, value] | width, width      | fused transposed: they compute x W
            {base}.h.{i}.attn.c_proj            | decoder.{i}.attention.output                          | width, width      | transposed: x W
            {base}.h.{i}.ln_cross_attn          | decoder.{i}.contextNorm                               | width
            {base}.h.{i}.crossattention.q_attn  | decoder.{i}.contextAttention.query                    | width, width      | transposed: x W
            {base}.h.{i}.crossattention.c_attn  | decoder.{i}.contextAttention.[key, value]             | width, width      | fused transposed: x W
            {base}.h.{i}.crossattention.c_proj  | decoder.{i}.contextAttention.output                   | width, width      | transposed: x W
            {base}.h.{i}.ln_2                   | decoder.{i}.norm2                                     | width
            {base}.h.{i}.mlp.c_fc               | decoder.{i}.mlp.expand                                | mlpWidth, width   | transposed: x W
            {base}.h.{i}.mlp.c_proj             | decoder.{i}.mlp.contract                              | width, mlpWidth   | transposed: x W
            {base}.ln_f                         | norm                                                  | width
            lm_head                             | head                                                  | vocabulary, width | tied: to the words, unless the config says otherwise
            lm_head.*                           | -                                                     | -                 | unused: a head, where features are asked for
            score.*                             | -                                                     | -                 | unused: a head for whole texts, by others
            {base}.h.{i}.attn.bias              | -                                                     | -                 | unused: the mask, in older checkpoints
            {base}.h.{i}.attn.masked_bias       | -                                                     | -                 | unused: what stands for minus infinity
            {base}.h.{i}.crossattention.bias    | -                                                     | -                 | unused: the mask, in older checkpoints
            {base}.h.{i}.crossattention.masked_bias | -                                                 | -                 | unused: what stands for minus infinity
            """);

    /**
     * Sizes and choices of one GPT-2.
     *
     * @param blocks sizes of the blocks
     * @param vocabulary number of byte-pair tokens
     * @param maxLength places that positions are known for
     * @param scaled whether scores are divided by √headWidth
     * @param scaledByLayer whether scores are divided by the number of the layer, counted from 1
     * @param asks whether it attends to a context
     * @param tied whether words are scored by the vectors that embed them
     */
    record Config(
            EncoderConfig blocks,
            int vocabulary,
            int maxLength,
            boolean scaled,
            boolean scaledByLayer,
            boolean asks,
            boolean tied) {
        /** As config.json names them, with the reference's defaults. */
        static Config fromJson(ConfigJson json) {
            int width = json.size("n_embd", 768);
            EncoderConfig blocks = new EncoderConfig(
                    width,
                    json.integer("n_layer", 12),
                    json.size("n_head", 12),
                    json.size("n_inner", Math.multiplyExact(4, width)),
                    (float) json.number("layer_norm_epsilon", 1e-5),
                    Activation.named(json.text("activation_function", "gelu_new")),
                    Bias.PRESENT);
            return new Config(
                    blocks,
                    json.size("vocab_size", 50257),
                    json.size("n_positions", 1024),
                    json.flag("scale_attn_weights", true),
                    json.flag("scale_attn_by_inverse_layer_idx", false),
                    json.flag("add_cross_attention", false),
                    json.flag("tie_word_embeddings", true));
        }

        /** The attention of a layer, counted from 0. */
        private AttentionConfig attention(int layer) {
            AttentionConfig attention = blocks.attention();
            float scale = scaled ? attention.scale() : 1;
            return attention.withScale(scaledByLayer ? scale / (layer + 1) : scale);
        }

        TensorBlock block(int layer) {
            AttentionConfig attention = attention(layer);
            SelfAttention self = new SelfAttention(attention);
            Mlp mlp = new Mlp(blocks.width(), blocks.mlpWidth(), blocks.activation());
            if (!asks) {
                return new PreNormBlock(blocks.norm(), self, blocks.norm(), mlp);
            }
            CrossAttention context = new CrossAttention(attention, blocks.width());
            return new PreNormDecoderBlock(blocks.norm(), self, blocks.norm(), context, blocks.norm(), mlp);
        }
    }

    private final Config config;
    private final TokenEmbedding words;
    private final LearnedPositions positions;
    private final Encoder decoder;
    private final TokenNorm norm;

    private Gpt2(Config config, TextTask task) {
        this.config = config;
        int width = config.blocks().width();
        words = part("words", new TokenEmbedding(config.vocabulary(), width));
        positions = part("positions", new LearnedPositions(config.maxLength(), width));
        decoder = part("decoder", new Encoder(config.blocks().depth(), config::block));
        norm = part("norm", config.blocks().norm());
        if (task == NEXT_TOKEN) {
            addHead("head", VocabularyProjection.of(words, config.tied(), Bias.ABSENT));
        }
    }

    /** The model of a config.json, for a task. */
    static Gpt2 of(ConfigJson config, TextTask task) {
        return new Gpt2(Config.fromJson(config), task);
    }

    @Override
    protected Optional<TokenEmbedding> words() {
        return Optional.of(words);
    }

    @Override
    public NDArray states(TextInput input, Pass pass) {
        input.only(this, TextInput.Part.VECTORS, TextInput.Part.SEGMENTS, TextInput.Part.PLACES);
        NDArray x = embedded(input, words, pass);
        x = decoder.forward(positions.forward(x, places(input, pass), pass), causal(input, pass));
        x = norm.forward(x, pass);
        pass.trace().replaceLast(Trace.Stage.HIDDEN_STATES, x);
        pass.trace().record("last_hidden_state", x);
        return x;
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
        return "transformer";
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of(
                "vocabulary", (long) config.vocabulary(),
                "maxLength", (long) config.maxLength(),
                "width", (long) config.blocks().width(),
                "mlpWidth", (long) config.blocks().mlpWidth());
    }
}
