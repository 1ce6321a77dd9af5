package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What each mask lets queries see: the shares of keys, with scores of 0 everywhere. */
class AttentionMaskTest {
    private static final float THIRD = 1 / 3f;

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void withoutAMaskEveryKeyIsSeen() {
        assertThat(shares(AttentionMask.NONE, 1, 1, 2, 3))
                .containsExactly(new float[] {THIRD, THIRD, THIRD, THIRD, THIRD, THIRD}, within(1e-6f));
    }

    @Test
    void causalHidesLaterTokens() {
        float[] expected = {1, 0, 0, 0.5f, 0.5f, 0, THIRD, THIRD, THIRD};
        assertThat(shares(AttentionMask.CAUSAL, 1, 1, 3, 3)).containsExactly(expected, within(1e-6f));
    }

    @Test
    void causalCountsFromTheEndWhenKeysAreMore() {
        float[] expected = {THIRD, THIRD, THIRD, 0, 0.25f, 0.25f, 0.25f, 0.25f};
        assertThat(shares(AttentionMask.CAUSAL, 1, 1, 2, 4)).containsExactly(expected, within(1e-6f));
    }

    @Test
    void paddingHidesKeysOfItsOwnRowForEveryHeadAndQuery() {
        AttentionMask mask = new AttentionMask.Padding(manager.create(new int[][] {{1, 0, 1}, {0, 1, 0}}));
        float[] expected = {
            0.5f, 0, 0.5f, 0.5f, 0, 0.5f, // batch 0: two heads
            0, 1, 0, 0, 1, 0
        };
        assertThat(shares(mask, 2, 2, 1, 3)).containsExactly(expected, within(1e-6f));
    }

    @Test
    void aRowWithoutAnyKeyIsSpreadEvenlyAndNotNan() {
        AttentionMask mask = new AttentionMask.Padding(manager.zeros(new Shape(1, 4)));
        assertThat(shares(mask, 1, 1, 1, 4)).containsExactly(new float[] {0.25f, 0.25f, 0.25f, 0.25f}, within(1e-6f));
    }

    @Test
    void aBiasIsAddedToScores() {
        float log3 = (float) Math.log(3);
        NDArray perHead = manager.create(new float[] {log3, 0, 0, log3}, new Shape(1, 2, 1, 2));
        assertThat(shares(new AttentionMask.Bias(perHead), 1, 2, 1, 2))
                .containsExactly(new float[] {0.75f, 0.25f, 0.25f, 0.75f}, within(1e-6f));
    }

    @Test
    void twoMasksHideWhatEitherHides() {
        AttentionMask padding = new AttentionMask.Padding(manager.create(new float[][] {{0, 1, 1}}));
        float[] expected = {
            THIRD, THIRD, THIRD, // only itself would be left, and that is padding
            0, 1, 0, 0, 0.5f, 0.5f
        };
        assertThat(shares(AttentionMask.CAUSAL.and(padding), 1, 1, 3, 3)).containsExactly(expected, within(1e-6f));
        assertThat(shares(padding.and(AttentionMask.CAUSAL), 1, 1, 3, 3)).containsExactly(expected, within(1e-6f));
    }

    @Test
    void noMaskAddsNothingToAnother() {
        assertThat(AttentionMask.NONE.and(AttentionMask.CAUSAL)).isSameAs(AttentionMask.CAUSAL);
        assertThat(AttentionMask.CAUSAL.and(AttentionMask.NONE)).isSameAs(AttentionMask.CAUSAL);
    }

    @Test
    void masksLeaveNothingInTheirArraysManagers() {
        NDArray real = manager.ones(new Shape(1, 3));
        int before = manager.getManagedArrays().size();
        try (NDManager scope = manager.newSubManager()) {
            new AttentionMask.Padding(real).apply(scope.zeros(new Shape(1, 1, 2, 3)));
            new AttentionMask.Bias(real).apply(scope.zeros(new Shape(1, 1, 2, 3)));
        }
        assertThat(manager.getManagedArrays()).hasSize(before);
    }

    private float[] shares(AttentionMask mask, long... shape) {
        return mask.apply(manager.zeros(new Shape(shape))).softmax(-1).toFloatArray();
    }
}
