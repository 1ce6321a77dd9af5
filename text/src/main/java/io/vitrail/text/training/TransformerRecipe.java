package io.vitrail.text.training;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.training.AdamW;
import io.vitrail.transformer.training.Schedule;

/**
 * How large an original Transformer is, and how it is trained (Vaswani et al. 2017, table 3 and section 5).
 *
 * @param layers of the encoder, and of the decoder
 * @param maxTokens of a text
 * @param steps of the optimizer
 * @param batch pairs of texts in a step
 * @param schedule of the learning rate
 * @param dropout the paper's P_drop
 * @param smoothing part of the target that the other tokens share; the paper's ε_ls
 * @param averageDecay of the moving average of the weights, which stands for the paper's mean of its last checkpoints
 * @param seed of everything that is drawn
 */
public record TransformerRecipe(
        EncoderConfig layers,
        int maxTokens,
        int steps,
        int batch,
        Schedule.Noam schedule,
        float dropout,
        float smoothing,
        double averageDecay,
        long seed) {
    private static final float NORM_EPSILON = 1e-5f;

    public TransformerRecipe {
        Check.that(layers.depth() > 0, "depth (%d) must be positive", layers.depth());
        Check.that(maxTokens > 1, "maxTokens (%d) must be at least 2", maxTokens);
        Check.that(steps > 0, "steps (%d) must be positive", steps);
        Check.that(batch > 0, "batch (%d) must be positive", batch);
        Check.that(dropout >= 0 && dropout < 1, "dropout must be in [0, 1), not %s", dropout);
        Check.that(smoothing >= 0 && smoothing < 1, "label smoothing must be in [0, 1), not %s", smoothing);
        Check.that(
                layers.normEpsilon() == NORM_EPSILON && layers.queryKeyValueBias() == Bias.PRESENT,
                "Norms have an epsilon of %s and projections have biases: the model's config.json can't say otherwise.",
                NORM_EPSILON);
        Check.that(
                schedule.width() == layers.width(),
                "The schedule is of width %d, the model of %d.",
                schedule.width(),
                layers.width());
    }

    /** A model of two layers, for short texts of few characters: some minutes of training. */
    public static TransformerRecipe small() {
        int width = 64;
        EncoderConfig layers = new EncoderConfig(width, 2, 4, 4 * width, NORM_EPSILON, Activation.RELU, Bias.PRESENT);
        return new TransformerRecipe(layers, 64, 1500, 64, new Schedule.Noam(0.5, width, 200), 0.1f, 0.1f, 0.99, 1);
    }

    /** β₁ 0.9, β₂ 0.98, ε 1e-9 (section 5.3): Adam, without decay. */
    AdamW.Settings adam() {
        return new AdamW.Settings(0.9f, 0.98f, 1e-9f, 0, AdamW.Settings.MATRICES);
    }

    /** config.json of the model, as {@link io.vitrail.text.Marian} reads it. */
    ObjectNode configJson(int vocabulary) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("model_type", "marian");
        json.putArray("architectures").add("MarianMTModel");
        for (String stack : new String[] {"encoder", "decoder"}) {
            json.put(stack + "_layers", layers.depth())
                    .put(stack + "_attention_heads", layers.heads())
                    .put(stack + "_ffn_dim", layers.mlpWidth());
        }
        return json.put("d_model", layers.width())
                .put("activation_function", layers.activation().checkpointName())
                .put("dropout", dropout)
                .put("vocab_size", vocabulary)
                .put("decoder_vocab_size", vocabulary)
                .put("max_position_embeddings", maxTokens)
                .put("scale_embedding", true)
                .put("share_encoder_decoder_embeddings", true)
                .put("tie_word_embeddings", true)
                .put("is_encoder_decoder", true)
                .put("pad_token_id", CharacterTokenizer.PADDING)
                .put("eos_token_id", CharacterTokenizer.END)
                .put("decoder_start_token_id", CharacterTokenizer.PADDING)
                .putNull("forced_eos_token_id")
                .put("dtype", "float32");
    }

    /** generation_config.json: greedily, from padding to the end. */
    ObjectNode generationJson() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("pad_token_id", CharacterTokenizer.PADDING)
                .put("eos_token_id", CharacterTokenizer.END)
                .put("decoder_start_token_id", CharacterTokenizer.PADDING)
                .put("max_length", maxTokens);
    }
}
