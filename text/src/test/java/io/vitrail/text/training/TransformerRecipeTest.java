package io.vitrail.text.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.training.AdamW;
import io.vitrail.transformer.training.Schedule;
import org.junit.jupiter.api.Test;

class TransformerRecipeTest {
    private static final TransformerRecipe SMALL = TransformerRecipe.small();

    @Test
    void adamIsThePapers() {
        AdamW.Settings adam = SMALL.adam();
        assertThat(adam.beta1()).isEqualTo(0.9f);
        assertThat(adam.beta2()).isEqualTo(0.98f);
        assertThat(adam.epsilon()).isEqualTo(1e-9f);
        assertThat(adam.weightDecay()).isZero();
    }

    @Test
    void theConfigIsThatOfTheOriginalTransformer() {
        assertThat(SMALL.configJson(30).toString())
                .contains("\"model_type\":\"marian\"", "\"scale_embedding\":true", "\"activation_function\":\"relu\"")
                .contains("\"d_model\":64", "\"encoder_layers\":2", "\"decoder_ffn_dim\":256", "\"vocab_size\":30");
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TinyTransformer.recipe(0, 8, 1))
                .withMessage("steps (0) must be positive");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TinyTransformer.recipe(8, 0, 1))
                .withMessage("batch (0) must be positive");
        EncoderConfig layers = SMALL.layers();
        Schedule.Noam other = new Schedule.Noam(1, 32, 100);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TransformerRecipe(layers, 64, 8, 8, other, 0.1f, 0.1f, 0.9, 1))
                .withMessage("The schedule is of width 32, the model of 64.");
        Schedule.Noam schedule = SMALL.schedule();
        EncoderConfig unusual = new EncoderConfig(64, 2, 4, 256, 1e-6f, Activation.RELU, Bias.PRESENT);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TransformerRecipe(unusual, 64, 8, 8, schedule, 0.1f, 0.1f, 0.9, 1))
                .withMessage(
                        "Norms have an epsilon of 1.0E-5 and projections have biases: the model's config.json can't"
                                + " say otherwise.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TransformerRecipe(layers, 64, 8, 8, schedule, 1, 0.1f, 0.9, 1))
                .withMessage("dropout must be in [0, 1), not 1.0");
    }
}
