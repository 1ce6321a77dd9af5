package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class LogitAdjustmentTest {
    /** By Bayes' rule: posteriors of a training with these frequencies, as they are where all classes are as frequent. */
    @Test
    void theWholeOfItGivesWhatAnEvenTrainingWouldHaveLearned() {
        double[] likelihood = {0.3, 0.2, 0.6};
        List<Double> frequencies = List.of(10.0, 40.0, 5.0);
        float[] shifts = new LogitAdjustment(frequencies, 1).shifts();
        double[] adjusted = new double[3];
        double[] even = new double[3];
        for (int i = 0; i < 3; i++) {
            adjusted[i] = Math.exp(Math.log(likelihood[i] * frequencies.get(i)) + shifts[i]);
            even[i] = likelihood[i];
        }
        assertThat(normalized(adjusted)).containsExactly(normalized(even), within(1e-6));
        assertThat(shifts[0] + shifts[1] + shifts[2]).isCloseTo(0, within(1e-6f));
    }

    @Test
    void aPartOfItTakesOutThatPart() {
        List<Double> frequencies = List.of(2.0, 8.0);
        assertThat(new LogitAdjustment(frequencies, 0).shifts()).containsExactly(new float[2], within(0f));
        assertThat(new LogitAdjustment(frequencies, 0.5).shifts())
                .containsExactly(new float[] {(float) (Math.log(4) / 4), (float) (-Math.log(4) / 4)}, within(1e-6f));
    }

    @Test
    void impossibleValuesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LogitAdjustment(List.of(1.0, 0.0), 0.5))
                .withMessage("A class was shown 0.0 times.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LogitAdjustment(List.of(1.0), 1.5))
                .withMessage("The part of the adjustment must be from 0 to 1, not 1.5.");
    }

    private static double[] normalized(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        double[] shares = new double[values.length];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = values[i] / sum;
        }
        return shares;
    }
}
