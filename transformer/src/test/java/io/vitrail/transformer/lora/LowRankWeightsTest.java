package io.vitrail.transformer.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class LowRankWeightsTest {
    private static final float[] A = {1, 2, 3, /**/ 0, -1, 1}; // [2, 3]
    private static final float[] B = {1, 0, /**/ 0, 2, /**/ 1, 1, /**/ -1, 3}; // [4, 2]
    private static final float[] PRODUCT = {1, 2, 3, /**/ 0, -2, 2, /**/ 1, 1, 4, /**/ -1, -5, 0};

    private static LowRankWeights of(double scaling, Optional<float[]> bias, Optional<float[]> magnitude) {
        return new LowRankWeights(A, B, 2, scaling, bias, magnitude);
    }

    private static LowRankWeights scaled(double scaling) {
        return of(scaling, Optional.empty(), Optional.empty());
    }

    @Test
    void theChangeIsTheScaledProduct() {
        assertThat(scaled(1).inputs()).isEqualTo(3);
        assertThat(scaled(1).outputs()).isEqualTo(4);
        assertThat(scaled(1).delta()).containsExactly(PRODUCT);
        assertThat(scaled(0.5).delta()).startsWith(0.5f, 1, 1.5f);
        assertThat(scaled(2).mergedInto(new float[] {1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}))
                .startsWith(3, 5, 7, 0, -4, 4);
    }

    /** Liu et al. 2024, equation 5: each row has the learned length, and the direction of the sum. */
    @Test
    void rowsGetTheirLearnedLengths() {
        float[] lengths = {1, 2, 3, 4};
        float[] merged = of(1, Optional.empty(), Optional.of(lengths)).mergedInto(new float[12]);
        for (int row = 0; row < 4; row++) {
            double square = 0;
            for (int i = 0; i < 3; i++) {
                square += merged[row * 3 + i] * merged[row * 3 + i];
            }
            assertThat(Math.sqrt(square)).isCloseTo(lengths[row], within(1e-5));
            assertThat(merged[row * 3 + 2] * PRODUCT[row * 3])
                    .isCloseTo(merged[row * 3] * PRODUCT[row * 3 + 2], within(1e-5f));
        }
    }

    @Test
    void partsShareAAndDivideB() {
        LowRankWeights second =
                of(1, Optional.of(new float[] {5, 6, 7, 8}), Optional.empty()).part(1, 2);
        assertThat(second.delta()).containsExactly(1, 1, 4, -1, -5, 0);
        assertThat(second.bias()).hasValueSatisfying(bias -> assertThat(bias).containsExactly(7, 8));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scaled(1).part(0, 3))
                .withMessage("4 outputs can't be divided among 3 layers.");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LowRankWeights(A, B, 4, 1, Optional.empty(), Optional.empty()))
                .withMessage("A and B must have 4 ranks.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LowRankWeights(new float[0], B, 2, 1, Optional.empty(), Optional.empty()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(1, Optional.of(new float[5]), Optional.empty()))
                .withMessage("5 biases can't be of 4 outputs.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(1, Optional.empty(), Optional.of(new float[3])))
                .withMessage("3 lengths can't be of 4 outputs.");
    }
}
