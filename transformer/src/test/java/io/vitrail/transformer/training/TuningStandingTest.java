package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TuningStandingTest {
    private final TuningStanding standing = new TuningStanding();

    private static Evaluation evaluation(double value, double loss) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("accuracy", value);
        metrics.put("loss", loss);
        return new Evaluation(metrics, Evaluation.Goal.MORE, Optional.empty());
    }

    private int bestEpoch() {
        return standing.best().orElseThrow().epoch();
    }

    @Test
    void aStepThatWasPassedOverDoesNotSpoilTheMeans() {
        standing.stepped(1);
        standing.stepped(Double.NaN);
        standing.stepped(Double.POSITIVE_INFINITY);
        standing.stepped(3);
        assertThat(standing.step()).isEqualTo(4);
        assertThat(standing.meanLoss()).isCloseTo(0.98 + 0.02 * 3, within(1e-12));
        assertThat(standing.lossSinceEvaluation()).isEqualTo(2);
        standing.stepped(Double.NaN);
        assertThat(standing.lossSinceEvaluation()).isNaN();
    }

    @Test
    void ofEqualValuesTheOneWithTheLowerLossIsBestButNoGain() {
        assertThat(standing.evaluated(1, evaluation(0.5, 2))).isTrue();
        assertThat(standing.evaluated(2, evaluation(0.5, 1))).isTrue();
        assertThat(standing.evaluated(3, evaluation(0.5, 1.5))).isFalse();
        assertThat(bestEpoch()).isEqualTo(2);
        assertThat(standing.withoutGain()).isEqualTo(2);
        TuningStanding resumed = new TuningStanding();
        Map<String, String> facts = standing.facts();
        resumed.restore(facts);
        assertThat(resumed.evaluated(4, evaluation(0.5, 1))).isFalse();
        assertThat(resumed.evaluated(5, evaluation(0.5, 0.5))).isTrue();
        assertThat(standing.evaluated(4, evaluation(0.75, 9))).isTrue();
        assertThat(standing.evaluated(5, evaluation(0.5, 0))).isFalse();
        assertThat(bestEpoch()).isEqualTo(4);
        assertThat(standing.withoutGain()).isEqualTo(1);
    }

    @Test
    void whatHasNoLossMustBeBetter() {
        standing.evaluated(1, new Evaluation(Map.of("accuracy", 0.5)));
        assertThat(standing.evaluated(2, new Evaluation(Map.of("accuracy", 0.5))))
                .isFalse();
        assertThat(standing.evaluated(3, new Evaluation(Map.of("accuracy", Double.NaN))))
                .isFalse();
        assertThat(bestEpoch()).isEqualTo(1);
    }
}
