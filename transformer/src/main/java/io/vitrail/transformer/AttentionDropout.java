package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.List;
import java.util.Set;

/**
 * Dropout (Srivastava et al. 2014) of attention's weights: a share of the keys that a query asks is left out behind the
 * softmax, and the others grow to make up for it, as BERT and GPT are trained (Devlin et al. 2019, appendix A.2; Radford et
 * al. 2018, section 4.1). It is of a model's stacks of blocks; a head that pools tokens by attention asks all, as in the
 * reference. It serves any model whose steps it computes ({@link TensorBlock#trainWith}); what is left out follows from the
 * engine's seed.
 */
public final class AttentionDropout extends ForwardingOperations {
    /** What configs call the share. */
    private static final List<String> KEYS =
            List.of("attention_probs_dropout_prob", "attention_dropout", "attn_pdrop", "dropatt");

    /** Model types whose configs, where they don't name the share, have one of {@link #USUAL}; others leave nothing out. */
    private static final Set<String> DROPPING = Set.of("bert", "roberta", "distilbert", "gpt2", "openai-gpt", "git");

    private static final double USUAL = 0.1;

    private final float rate;

    private AttentionDropout(Operations operations, float rate) {
        super(operations);
        this.rate = rate;
    }

    /**
     * Operations that leave a share of attention's weights out.
     *
     * @param rate the share; with 0 the operations as they are
     */
    public static Operations of(Operations operations, float rate) {
        Check.that(rate >= 0 && rate < 1, "attention's dropout must be in [0, 1), not %s", rate);
        return rate == 0 ? operations : new AttentionDropout(operations, rate);
    }

    /** The share that a model's config names, by whichever of its names, or else the reference's for the model type. */
    public static float rate(ConfigJson config) {
        double otherwise = DROPPING.contains(config.text("model_type", "")) ? USUAL : 0;
        return (float) KEYS.stream()
                .filter(config::has)
                .mapToDouble(key -> config.number(key, otherwise))
                .findFirst()
                .orElse(otherwise);
    }

    @Override
    public Operations within() {
        return new Within(operations.within(), rate);
    }

    /** In a stack of blocks. */
    private static final class Within extends ForwardingOperations {
        private final float rate;
        private final Attending dropping;

        Within(Operations operations, float rate) {
            super(operations);
            this.rate = rate;
            dropping = operations.attending(rate);
        }

        @Override
        public NDArray attention(NDArray q, NDArray k, NDArray v, AttentionMask mask, float scale) {
            return dropping.attention(q, k, v, mask, scale);
        }

        @Override
        public Operations within() {
            return new Within(operations.within(), rate);
        }
    }
}
