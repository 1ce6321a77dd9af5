package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tokens of two modalities as one stream. */
class TokensTest {
    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray vectors(long batch, long tokens, long width, float value) {
        return manager.full(new Shape(batch, tokens, width), value);
    }

    @Test
    void theOthersComeBehind() {
        Tokens both = Tokens.of(vectors(2, 1, 3, 4)).then(Tokens.of(vectors(2, 2, 3, 5)));
        assertThat(both.mask()).isSameAs(AttentionMask.NONE);
        assertThat(both.vectors().getShape()).isEqualTo(new Shape(2, 3, 3));
        assertThat(both.vectors().toFloatArray()).startsWith(4, 4, 4, 5, 5, 5, 5, 5, 5, 4);
    }

    @Test
    void paddingOfEitherStaysHidden() {
        NDArray wholeNumbers = manager.create(new long[][] {{1, 1}, {0, 1}});
        Tokens padded = new Tokens(vectors(2, 2, 3, 1), new AttentionMask.Padding(wholeNumbers));
        Tokens others = Tokens.of(vectors(2, 1, 3, 1));
        assertThat(real(padded.then(others))).containsExactly(1, 1, 1, 0, 1, 1);
        assertThat(real(others.then(padded))).containsExactly(1, 1, 1, 1, 0, 1);
    }

    private static float[] real(Tokens tokens) {
        return ((AttentionMask.Padding) tokens.mask()).real().toFloatArray();
    }

    @Test
    void tokensOfAnotherBatchOrWidthAreRefused() {
        Tokens tokens = Tokens.of(vectors(2, 1, 3, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokens.then(Tokens.of(vectors(1, 2, 3, 1))))
                .withMessage("Tokens of shapes (2, 1, 3) and (1, 2, 3) can't make one stream: they differ in batch or"
                        + " width.");
        assertThatIllegalArgumentException().isThrownBy(() -> tokens.then(Tokens.of(vectors(2, 1, 4, 1))));
    }

    @Test
    void masksThatTellQueriesApartAreRefused() {
        AttentionMask perQuery = new AttentionMask.Bias(manager.zeros(new Shape(2, 1, 2, 2)));
        Tokens masked = new Tokens(vectors(2, 2, 3, 1), perQuery);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> masked.then(Tokens.of(vectors(2, 1, 3, 1))))
                .withMessage("A mask for each token doesn't say which tokens are padding.");
    }
}
