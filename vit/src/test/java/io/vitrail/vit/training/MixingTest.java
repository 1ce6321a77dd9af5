package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.transformer.training.Seeds;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MixingTest {
    private static final int BATCH = 5;
    private static final int SIDE = 4;
    private static final int PICTURE = 3 * SIDE * SIDE;

    /** Picture i is filled with i and has class i, so that a picture's mean is the mean of its labels. */
    @ParameterizedTest
    @CsvSource({"1, 0", "0, 1", "0.5, 0.5"})
    void labelsAreMixedInTheProportionOfThePixels(double mixup, double cutmix) {
        for (int seed = 0; seed < 50; seed++) {
            float[] pixels = new float[BATCH * PICTURE];
            float[] labels = new float[BATCH * BATCH];
            for (int i = 0; i < BATCH; i++) {
                Arrays.fill(pixels, i * PICTURE, (i + 1) * PICTURE, i);
                labels[i * BATCH + i] = 1;
            }
            new Mixing(mixup, cutmix, 0.8).apply(pixels, labels, BATCH, SIDE, Seeds.random(seed, 0, 0));
            for (int i = 0; i < BATCH; i++) {
                assertThat(mean(pixels, i * PICTURE, PICTURE)).isCloseTo(meanLabel(labels, i), within(1e-5));
                assertThat(BATCH * mean(labels, i * BATCH, BATCH)).isCloseTo(1, within(1e-6));
            }
            assertThat(labels[2 * BATCH + 2])
                    .as("the middle one has no partner")
                    .isEqualTo(1);
        }
    }

    private static double meanLabel(float[] labels, int picture) {
        double mean = 0;
        for (int label = 0; label < BATCH; label++) {
            mean += label * labels[picture * BATCH + label];
        }
        return mean;
    }

    private static double mean(float[] values, int first, int count) {
        double sum = 0;
        for (int i = first; i < first + count; i++) {
            sum += values[i];
        }
        return sum / count;
    }

    @Test
    void probabilitiesBeyondOneAreRefused() {
        assertThatThrownBy(() -> new Mixing(0.7, 0.6, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the probabilities of mixup (0.7) and cutmix (0.6) must add up to at most 1");
    }
}
