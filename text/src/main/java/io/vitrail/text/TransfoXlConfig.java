package io.vitrail.text;

import io.vitrail.transformer.Activation;
import io.vitrail.transformer.AdaptiveSoftmax;
import io.vitrail.transformer.AttentionConfig;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Mlp;
import io.vitrail.transformer.ModelLimits;
import io.vitrail.transformer.PostNormBlock;
import io.vitrail.transformer.PreNormBlock;
import io.vitrail.transformer.RelativeAttention;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.WordClusters;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Sizes and choices of one Transformer-XL.
 *
 * @param words the vocabulary, and the width of the tokens
 * @param attention of each layer
 * @param remembered tokens of the memory; 0 if it has none
 * @param farthest distances beyond count as this one; 0 if none do
 * @param mask what a token sees of itself and those before
 * @param tied what the head shares with the embedding
 */
record TransfoXlConfig(
        WordClusters words,
        AttentionConfig attention,
        int depth,
        int mlpWidth,
        float normEpsilon,
        Norms norms,
        Sharing sharing,
        int remembered,
        int farthest,
        AttentionMask mask,
        AdaptiveSoftmax.Tied tied) {
    private static final int MOST_REMEMBERED = 1 << 16;

    /** Where the blocks normalise. */
    enum Norms {
        /** Before each half, within the residual. */
        BEFORE,
        /** Behind each residual, as in the original Transformer. */
        BEHIND
    }

    /** What the layers have in common. */
    enum Sharing {
        NOTHING,
        /** The biases of attention. */
        BIASES
    }

    TransfoXlConfig {
        Check.that(
                depth <= ModelLimits.DEPTH, "config.json: n_layer (%d) must be at most %d.", depth, ModelLimits.DEPTH);
        Check.that(
                words.width() <= ModelLimits.WIDTH && words.width() % 2 == 0,
                "config.json: d_model (%d) must be even, and at most %d.",
                words.width(),
                ModelLimits.WIDTH);
        Check.that(
                remembered >= 0 && remembered <= MOST_REMEMBERED,
                "config.json: mem_len (%d) must be from 0 to %d.",
                remembered,
                MOST_REMEMBERED);
    }

    /** As config.json names them, with the reference's defaults. */
    static TransfoXlConfig fromJson(ConfigJson json, TextTask task) {
        Check.that(
                json.integer("attn_type", 0) == 0,
                "config.json: attn_type must be 0, Transformer-XL's own attention: the reference has no other.");
        Check.that(
                task == TextTask.FEATURES || json.integer("sample_softmax", -1) <= 0,
                "config.json: sample_softmax must not be positive: the reference samples no softmax.");
        int width = json.size("d_model", 1024);
        int headWidth = json.size("d_head", 64);
        float scale = (float) (1 / Math.sqrt(headWidth));
        int heads = json.size("n_head", 16);
        int remembered = json.integer("mem_len", 1600);
        WordClusters words = words(json, width);
        return new TransfoXlConfig(
                words,
                new AttentionConfig(
                        width, heads, heads, headWidth, scale, Bias.ABSENT, Bias.ABSENT, Bias.ABSENT, Bias.ABSENT),
                json.size("n_layer", 18),
                json.size("d_inner", 4096),
                (float) json.number("layer_norm_epsilon", 1e-5),
                json.flag("pre_lnorm", false) ? Norms.BEFORE : Norms.BEHIND,
                json.flag("untie_r", true) ? Sharing.NOTHING : Sharing.BIASES,
                remembered,
                json.integer("clamp_len", 1000),
                mask(json, remembered),
                tied(json, words));
    }

    private static WordClusters words(ConfigJson json, int width) {
        return new WordClusters(
                json.size("vocab_size", 267735),
                Arrays.stream(json.integers("cutoffs", 20000, 40000, 200000))
                        .boxed()
                        .toList(),
                json.size("d_embed", 1024),
                json.size("div_val", 4),
                width);
    }

    /** With "same_length", tokens at the segment's end see no more than those at its beginning. */
    private static AttentionMask mask(ConfigJson json, int remembered) {
        if (!json.flag("same_length", true)) {
            return AttentionMask.CAUSAL;
        }
        Check.that(remembered > 0, "config.json: with same_length, mem_len (%d) must be positive.", remembered);
        return new AttentionMask.Window(remembered);
    }

    private static AdaptiveSoftmax.Tied tied(ConfigJson json, WordClusters words) {
        boolean rare = json.flag("proj_share_all_but_first", true);
        List<Boolean> all =
                IntStream.range(0, words.count()).mapToObj(i -> i > 0 && rare).toList();
        List<Boolean> stated = json.flags("tie_projs", all);
        Check.that(
                stated.size() == words.count(),
                "config.json: tie_projs must say for each of %d clusters whether it is tied, not for %d.",
                words.count(),
                stated.size());
        return new AdaptiveSoftmax.Tied(json.flag("tie_word_embeddings", true), stated);
    }

    TokenNorm norm() {
        return new TokenNorm(words.width(), normEpsilon);
    }

    RelativeAttention.Biases biases() {
        return new RelativeAttention.Biases(attention.heads(), attention.headWidth());
    }

    TensorBlock block(RelativeAttention.Biases biases) {
        Mlp mlp = new Mlp(words.width(), mlpWidth, Activation.RELU);
        TokenNorm norm = norm();
        return switch (norms) {
            case BEFORE -> {
                RelativeAttention relative = new RelativeAttention(attention, biases, Optional.of(norm));
                yield new PreNormBlock(norm, relative, norm(), mlp);
            }
            case BEHIND -> new PostNormBlock(new RelativeAttention(attention, biases), norm, mlp, norm());
        };
    }

    Map<String, Long> sizes() {
        Map<String, Long> sizes = new HashMap<>(Map.of(
                "width", (long) words.width(),
                "heads", (long) attention.heads(),
                "headWidth", (long) attention.headWidth(),
                "mlpWidth", (long) mlpWidth,
                "rare", words.count() - 1L));
        for (int i = 0; i < words.count(); i++) {
            sizes.put("words" + i, (long) words.tableSize(i));
            sizes.put("vectors" + i, (long) words.vectorWidth(i));
        }
        return sizes;
    }
}
