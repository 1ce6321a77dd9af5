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

    /** Beta(α, α) has mean 1/2 and variance 1 / (8 α + 4); 1 - x is as likely as x. */
    @ParameterizedTest
    @CsvSource({"1e-9", "0.01", "0.2", "0.8", "1", "1.5", "8", "1000", "1e6"})
    void proportionsAreDrawnFromTheBetaDistribution(double evenness) {
        int draws = 40_000;
        double mean = 0;
        double square = 0;
        for (int i = 0; i < draws; i++) {
            double part = new Mixing(1, 0, evenness).beta(Seeds.random(7, 0, i));
            assertThat(part).isBetween(0.0, 1.0);
            mean += part / draws;
            square += (part - 0.5) * (part - 0.5) / draws;
        }
        double variance = 1 / (8 * evenness + 4);
        assertThat(mean).isCloseTo(0.5, within(5 * Math.sqrt(variance / draws)));
        assertThat(square / variance).isCloseTo(1, within(0.05));
    }

    /** Centres are uniform and corners are cut off at the border, so that the mean area is below the half. */
    @Test
    void cutmixSwapsOneRectangle() {
        int side = 12;
        double areas = 0;
        for (int seed = 0; seed < 400; seed++) {
            float[] pixels = new float[2 * 3 * side * side];
            Arrays.fill(pixels, pixels.length / 2, pixels.length, 1);
            float[] labels = {1, 0, 0, 1};
            new Mixing(0, 1, 1).apply(pixels, labels, 2, side, Seeds.random(seed, 1, 0));
            int left = side;
            int right = -1;
            int top = side;
            int bottom = -1;
            int swapped = 0;
            for (int i = 0; i < side * side; i++) {
                if (pixels[i] == 1) {
                    left = Math.min(left, i % side);
                    right = Math.max(right, i % side);
                    top = Math.min(top, i / side);
                    bottom = Math.max(bottom, i / side);
                    swapped++;
                }
            }
            int rectangle = swapped == 0 ? 0 : (right - left + 1) * (bottom - top + 1);
            assertThat(swapped).isEqualTo(rectangle);
            assertThat(labels[1]).isCloseTo(swapped / (float) (side * side), within(1e-6f));
            areas += swapped / (400.0 * side * side);
        }
        assertThat(areas).isBetween(0.2, 0.4);
    }

    @Test
    void anEvennessThatNoDrawCouldHaveIsRefused() {
        assertThatThrownBy(() -> new Mixing(1, 0, Double.POSITIVE_INFINITY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("evenness must be above 0 and at most 1000000, not Infinity");
        assertThatThrownBy(() -> new Mixing(1, 0, 0)).hasMessageContaining("evenness");
    }

    @Test
    void probabilitiesBeyondOneAreRefused() {
        assertThatThrownBy(() -> new Mixing(0.7, 0.6, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the probabilities of mixup (0.7) and cutmix (0.6) must add up to at most 1");
    }
}
