package io.vitrail.text;

import static io.vitrail.text.TextTask.FEATURES;
import static io.vitrail.text.TextTask.NEXT_TOKEN;
import static io.vitrail.text.TextTask.SEQUENCE_CLASSIFICATION;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.AttentionConfig;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.GatedMlp;
import io.vitrail.transformer.ModelLimits;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.PreNormBlock;
import io.vitrail.transformer.RmsNorm;
import io.vitrail.transformer.RotaryPositions;
import io.vitrail.transformer.SelfAttention;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.VocabularyProjection;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Llama (Touvron et al. 2023, "LLaMA", section 2.2, and "Llama 2"; Grattafiori et al. 2024, "The Llama 3 Herd of
 * Models"): what became of GPT. It differs from {@link Gpt2} in four parts of the same block: norms take off no mean
 * and add no shift (RMSNorm); places turn queries and keys instead of being added to tokens, so that attention sees
 * distances and texts may be longer than those of the training; several queries' heads share a head of keys and values,
 * so that the cache is smaller; and the MLP has a gate (SwiGLU). Biases are left out. SmolLM2 (Allal et al. 2025) is a
 * small one with tied words.
 */
public final class Llama extends TextDecoder {
    static final Map<String, TextTask> CLASSES = classes("Llama");

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                 | block                                   | shape
            {base}.embed_tokens                        | words                                   | vocabulary, width
            {base}.layers.{i}.input_layernorm          | decoder.{i}.norm1                       | width
            {base}.layers.{i}.self_attn.q_proj         | decoder.{i}.attention.projections.query | queryWidth, width
            {base}.layers.{i}.self_attn.k_proj         | decoder.{i}.attention.projections.key   | keyValueWidth, width
            {base}.layers.{i}.self_attn.v_proj         | decoder.{i}.attention.projections.value | keyValueWidth, width
            {base}.layers.{i}.self_attn.o_proj         | decoder.{i}.attention.output            | width, queryWidth
            {base}.layers.{i}.post_attention_layernorm | decoder.{i}.norm2                       | width
            {base}.layers.{i}.mlp.gate_proj            | decoder.{i}.mlp.gate                    | mlpWidth, width
            {base}.layers.{i}.mlp.up_proj              | decoder.{i}.mlp.up                      | mlpWidth, width
            {base}.layers.{i}.mlp.down_proj            | decoder.{i}.mlp.down                    | width, mlpWidth
            {base}.norm                                | norm                                    | width
            lm_head                                    | head                                    | vocabulary, width | tied: to the words, if the config says so
            lm_head.*                                  | -                                       | - | unused: a head, where features are asked for
            score.*                                    | -                                       | - | unused: a head for whole texts, by others
            {base}.layers.{i}.self_attn.rotary_emb.inv_freq | -                                  | - | unused: frequencies, which are computed
            """);

    /**
     * Sizes and choices of one Llama, or one of its kin.
     *
     * @param vocabulary number of tokens
     * @param mlpWidth width between the two layers of the MLP
     * @param normEpsilon added to the mean square in norms
     * @param activation of the MLP's gate
     * @param mlpBias whether the MLP's layers have biases
     * @param masks what attention hides besides padding, by layer: as many as there are layers
     * @param positions turn queries and keys
     * @param tied whether words are scored by the vectors that embed them
     */
    record Config(
            int vocabulary,
            AttentionConfig attention,
            int mlpWidth,
            float normEpsilon,
            Activation activation,
            Bias mlpBias,
            List<AttentionMask> masks,
            RotaryPositions positions,
            boolean tied) {
        Config {
            masks = List.copyOf(masks);
            int widest = Math.max(mlpWidth, Math.max(attention.width(), attention.queryWidth()));
            Check.that(widest <= ModelLimits.WIDTH, "A width (%d) must be at most %d.", widest, ModelLimits.WIDTH);
            Check.that(normEpsilon >= 0, "normEpsilon (%s) must not be negative", normEpsilon);
        }

        /** As config.json names them. */
        static Config fromJson(ConfigJson json, Defaults defaults) {
            AttentionConfig attention = attention(json, defaults);
            int maxLength = json.size("max_position_embeddings", defaults.maxLength());
            return new Config(
                    json.size("vocab_size", defaults.vocabulary()),
                    attention,
                    json.size("intermediate_size", defaults.mlpWidth()),
                    (float) json.number("rms_norm_eps", 1e-6),
                    Activation.named(json.text("hidden_act", "silu")),
                    Bias.ABSENT,
                    Collections.nCopies(depth(json), AttentionMask.CAUSAL),
                    RotarySettings.of(json, attention.headWidth(), maxLength),
                    json.flag("tie_word_embeddings", false));
        }

        private static int depth(ConfigJson json) {
            int depth = json.integer("num_hidden_layers", 32);
            Check.that(
                    depth >= 0 && depth <= ModelLimits.DEPTH,
                    "config.json: num_hidden_layers (%d) must be from 0 to %d.",
                    depth,
                    ModelLimits.DEPTH);
            return depth;
        }

        /** Without biases. As many heads are asked as ask where the config has null for their number. */
        private static AttentionConfig attention(ConfigJson json, Defaults defaults) {
            int width = json.size("hidden_size", 4096);
            int heads = json.size("num_attention_heads", 32);
            String askedHeads = "num_key_value_heads";
            int otherwise = json.keys().contains(askedHeads) ? heads : defaults.keyValueHeads(heads);
            int headWidth = json.size("head_dim", Math.max(1, width / heads));
            Bias none = Bias.ABSENT;
            return new AttentionConfig(
                    width,
                    heads,
                    json.size(askedHeads, otherwise),
                    headWidth,
                    (float) (1 / Math.sqrt(headWidth)),
                    none,
                    none,
                    none,
                    none);
        }

        Config withBiases(Bias queryKeyValue, Bias output, Bias mlp) {
            AttentionConfig biased =
                    attention.withQueryKeyValueBias(queryKeyValue).withOutputBias(output);
            return new Config(vocabulary, biased, mlpWidth, normEpsilon, activation, mlp, masks, positions, tied);
        }

        Config withMasks(List<AttentionMask> byLayer) {
            return new Config(
                    vocabulary, attention, mlpWidth, normEpsilon, activation, mlpBias, byLayer, positions, tied);
        }

        int width() {
            return attention.width();
        }

        int depth() {
            return masks.size();
        }

        RmsNorm norm() {
            return new RmsNorm(width(), normEpsilon);
        }

        PreNormBlock block(int layer) {
            return new PreNormBlock(
                    norm(),
                    new SelfAttention(attention, masks.get(layer)),
                    norm(),
                    new GatedMlp(width(), mlpWidth, activation, mlpBias));
        }
    }

    /** The reference's numbers where a config has none; they differ within the family. */
    record Defaults(int vocabulary, int mlpWidth, Optional<Integer> keyValueHeads, int maxLength) {
        private int keyValueHeads(int heads) {
            return keyValueHeads.orElse(heads);
        }
    }

    private final Config config;
    private final TokenEmbedding words;
    private final Encoder decoder;
    private final RmsNorm norm;

    Llama(Config config, TextTask task) {
        this.config = config;
        words = part("words", new TokenEmbedding(config.vocabulary(), config.width()));
        decoder = part("decoder", new Encoder(config.depth(), config::block));
        norm = part("norm", config.norm());
        if (task == NEXT_TOKEN) {
            addHead("head", VocabularyProjection.of(words, config.tied(), Bias.ABSENT));
        }
    }

    /** The model of a config.json, for a task. */
    static Llama of(ConfigJson json, TextTask task) {
        Config config = Config.fromJson(json, new Defaults(32000, 11008, Optional.empty(), 2048));
        Bias ofAttention = json.flag("attention_bias", false) ? Bias.PRESENT : Bias.ABSENT;
        Bias ofMlp = json.flag("mlp_bias", false) ? Bias.PRESENT : Bias.ABSENT;
        return new Llama(config.withBiases(ofAttention, ofAttention, ofMlp), task);
    }

    /** The classes of a family of the same form. */
    static Map<String, TextTask> classes(String family) {
        return TextTask.classes(family, FEATURES, NEXT_TOKEN, SEQUENCE_CLASSIFICATION);
    }

    @Override
    protected Optional<TokenEmbedding> words() {
        return Optional.of(words);
    }

    @Override
    public NDArray states(TextInput input, Pass pass) {
        Pass turned =
                pass.withMask(input.mask()).withRotation(config.positions().at(places(input, pass), input.lengths()));
        NDArray x =
                decoder.forward(tokens(input.only(this, TextInput.Part.VECTORS, TextInput.Part.PLACES), pass), turned);
        x = norm.forward(x, pass);
        pass.trace().replaceLast(Trace.Stage.HIDDEN_STATES, x);
        pass.trace().record("last_hidden_state", x);
        return x;
    }

    @Override
    public boolean readsOnce() {
        return !config.positions().dependsOnLength();
    }

    /** Rotary positions have no end. */
    @Override
    public int maxTokens() {
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
        return "model";
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of(
                "vocabulary", (long) config.vocabulary(),
                "width", (long) config.width(),
                "queryWidth", (long) config.attention().queryWidth(),
                "keyValueWidth", (long) config.attention().keyValueWidth(),
                "mlpWidth", (long) config.mlpWidth());
    }
}
