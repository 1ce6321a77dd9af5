package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records are valid once built; what they refuse, they refuse in words. */
class ConfigTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                " 0 | 1 | 1 |  4 | 1e-6 | width (0) must be positive",
                "65537 | 1 | 1 |  4 | 1e-6 | width (65537) must be at most 65536",
                "12 |-1 | 3 | 20 | 1e-6 | depth (-1) must be from 0 to 1000",
                "12 | 1 | 5 | 20 | 1e-6 | width (12) must be divisible by heads (5)",
                "12 | 1 | 0 | 20 | 1e-6 | width (12) must be divisible by heads (0)",
                "12 | 1 | 3 |  0 | 1e-6 | mlpWidth (0) must be positive",
                "12 | 1 | 3 | 20 | -0.5 | normEpsilon (-0.5) must not be negative",
            })
    void encoderConfigRefuses(int width, int depth, int heads, int mlpWidth, float epsilon, String message) {
        assertRefused(
                () -> new EncoderConfig(width, depth, heads, mlpWidth, epsilon, Activation.GELU, Bias.PRESENT),
                message);
    }

    @Test
    void encoderConfigDescribesItsParts() {
        EncoderConfig config = new EncoderConfig(12, 2, 3, 20, 1e-6f, Activation.GELU, Bias.ABSENT);
        assertThat(config.headWidth()).isEqualTo(4);
        assertThat(config.attention())
                .isEqualTo(new AttentionConfig(12, 3, Bias.ABSENT, Bias.ABSENT, Bias.ABSENT, Bias.PRESENT));
        assertThat(config.preNormEncoder().parts()).hasSize(2);
    }

    @Test
    void attentionConfigRefusesWhatDoesNotDivide() {
        assertRefused(() -> AttentionConfig.of(12, 5), "width (12) must be divisible by heads (5)");
        assertRefused(() -> AttentionConfig.of(12, 0), "Attention needs positive width and heads, not 12 and 0.");
        assertRefused(() -> AttentionConfig.of(-4, 2), "Attention needs positive width and heads, not -4 and 2.");
    }

    @Test
    void scoresAreScaledByTheRootOfAHeadsWidth() {
        assertThat(AttentionConfig.of(48, 3).headWidth()).isEqualTo(16);
        assertThat(AttentionConfig.of(48, 3).scale()).isCloseTo(0.25f, within(1e-7f));
    }

    @Test
    void biasFollowsACheckpointsFlag() {
        assertThat(Bias.of(true)).isEqualTo(Bias.PRESENT);
        assertThat(Bias.of(false)).isEqualTo(Bias.ABSENT);
    }

    @Test
    void gridCountsItsTokens() {
        assertThat(new Grid(3, 5).tokens()).isEqualTo(15);
        assertThat(Grid.NONE.tokens()).isZero();
        assertRefused(() -> new Grid(3, -1), "A grid can't have 3 rows and -1 columns.");
    }

    @Test
    void tokensAndTheirPaddingMustFit() {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            NDArray vectors = manager.zeros(new Shape(2, 5, 3));
            assertThat(Tokens.of(vectors).mask()).isEqualTo(AttentionMask.NONE);
            assertRefused(
                    () -> Tokens.of(manager.zeros(new Shape(5, 3))),
                    "Tokens must be [batch, tokens, width], not (5, 3).");
            AttentionMask mask = new AttentionMask.Padding(manager.ones(new Shape(2, 4)));
            assertRefused(
                    () -> new Tokens(vectors, mask), "The padding mask is (2, 4); tokens are [batch 2, tokens 5].");
        }
    }

    @Test
    void checksTellWhoseMistakeItIs() {
        Check.that(true, "never formatted %d");
        assertRefused(() -> Check.that(false, "%d is %s", 3, "odd"), "3 is odd");
        assertThatIllegalStateException()
                .isThrownBy(() -> Check.state(false, "%d is %s", 4, "even"))
                .withMessage("4 is even");
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
    }
}
