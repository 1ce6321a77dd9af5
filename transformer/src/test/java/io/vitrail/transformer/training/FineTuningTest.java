package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.kernels.Precision;
import java.time.Duration;
import java.util.List;
import java.util.function.DoubleToLongFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class FineTuningTest {
    private static void refused(UnaryOperator<FineTuningBuilder> wrong, String message) {
        assertThatThrownBy(() -> wrong.apply(FineTuning.builder()).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void spansAreStepsOfTheOptimizer() {
        DoubleToLongFunction tens = epochs -> (long) Math.ceil(10 * epochs);
        assertThat(new Span.Epochs(1.5).steps(tens, 0)).isEqualTo(15);
        assertThat(new Span.Epochs(0.01).steps(tens, 0)).isEqualTo(1);
        assertThat(new Span.Steps(7).steps(tens, 100)).isEqualTo(7);
        assertThat(new Span.Part(0.1).steps(tens, 95)).isEqualTo(10);
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        refused(how -> how.batch(0), "batch must be 1 to 65536, not 0");
        refused(how -> how.accumulated(0), "accumulated batches must be 1 to 65536, not 0");
        refused(how -> how.rate(0), "learning rate must be above 0 and at most 10, not 0.0");
        refused(how -> how.rate(Double.NaN), "learning rate must be above 0 and at most 10, not NaN");
        refused(how -> how.schedule("cosinus"), "Schedule 'cosinus' isn't known; known: [constant,");
        refused(how -> how.weightDecay(-1), "weight decay must be 0 to 10, not -1.0");
        refused(how -> how.labelSmoothing(1), "label smoothing must be in [0, 1), not 1.0");
        refused(how -> how.maxGradientNorm(0), "the largest gradient norm must be positive, not 0.0");
        refused(how -> how.averageDecay(1), "decay of the average must be in [0, 1), not 1.0");
        refused(how -> how.layerDecay(0), "layer decay must be above 0 and at most 1, not 0.0");
        refused(how -> how.patience(-1), "patience must be at least 0 evaluations, not -1");
        refused(how -> how.budget(Duration.ZERO), "the budget must be positive, not PT0S");
        refused(how -> how.threads(0), "threads must be 1 to 256, not 0");
        refused(how -> how.length(new Span.Part(0.5)), "a training's length is epochs or steps");
        refused(how -> how.length(new Span.Steps(0)), "a training must have at least 1 step");
        refused(how -> how.length(new Span.Epochs(-1)), "epochs must be above 0 and at most 1000000, not -1.0");
        refused(how -> how.evaluateEvery(new Span.Steps(0)), "evaluations must be at least 1 step apart");
        refused(how -> how.precision(Precision.INT8), "gradients can't flow through INT8");
    }

    @Test
    void whatChangesTheWeightsDistinguishesTrainings() {
        String usual = FineTuning.builder().build().fingerprint();
        assertThat(FineTuning.builder().rate(1e-3).build().fingerprint()).isNotEqualTo(usual);
        assertThat(FineTuning.builder().frozen(List.of("a")).build().fingerprint())
                .isNotEqualTo(usual);
        assertThat(FineTuning.builder().seed(2).build().fingerprint()).isNotEqualTo(usual);
        assertThat(FineTuning.builder()
                        .threads(3)
                        .patience(2)
                        .budget(Duration.ofMinutes(1))
                        .build()
                        .fingerprint())
                .isEqualTo(usual);
    }
}
