package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
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
    void distancesAreThoseOfTheWholeInAnyBlock() {
        NDArray byDistance = manager.arange(0, 2 * 13, 1, DataType.FLOAT32).reshape(2, 13); // of 7 keys
        AttentionMask mask = new DistanceBias(byDistance, 5); // the last 5 of them ask
        NDArray whole = mask.apply(manager.zeros(new Shape(1, 2, 5, 7)));
        for (int key = 0; key < 7; key++) {
            for (int query = 0; query < 5; query++) {
                int behind = key - (query + 2);
                assertThat(whole.getFloat(0, 1, query, key)).isEqualTo(13 + 6 + behind);
            }
        }
        for (int[] block : new int[][] {{0, 5, 0, 7}, {0, 1, 0, 7}, {1, 3, 2, 7}, {4, 5, 6, 7}, {2, 5, 3, 4}}) {
            AttentionMask part = mask.of(new AttentionMask.Block(block[0], block[1], block[2], block[3]), manager);
            assertThat(((AttentionMask.Bias) part).values())
                    .isEqualTo(whole.get(":, :, {}:{}, {}:{}", block[0], block[1], block[2], block[3]));
        }
    }

    @Test
    void allDistancesOfAVeryLongTextAreRefused() {
        AttentionMask mask = new DistanceBias(manager.zeros(new Shape(1, 2 * 9000 - 1)), 9000);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mask.apply(manager.zeros(new Shape(1, 1, 1, 1))))
                .withMessageStartingWith("9000 tokens are too many for a bias between each two of them.");
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
    void aWindowHidesLaterTokensAndFarOnes() {
        float[] expected = {1, 0, 0, 0, 0.5f, 0.5f, 0, 0, 0, 0.5f, 0.5f, 0, 0, 0, 0.5f, 0.5f};
        assertThat(shares(new AttentionMask.Window(2), 1, 1, 4, 4)).containsExactly(expected, within(1e-6f));
        float[] behind = {0, THIRD, THIRD, THIRD, 0, 0, 0, THIRD, THIRD, THIRD}; // counted from the end
        assertThat(shares(new AttentionMask.Window(3), 1, 1, 2, 5)).containsExactly(behind, within(1e-6f));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AttentionMask.Window(0))
                .withMessage("A window must be at least 1 key wide, not 0.");
    }

    @Test
    void whatSeveralMasksHideIsSpreadEvenlyWhereNothingIsLeft() {
        AttentionMask padding = new AttentionMask.Padding(manager.create(new float[][] {{1, 0, 0, 0}}));
        float[] shares = shares(new AttentionMask.Window(2).and(padding), 1, 1, 4, 4);
        assertThat(Arrays.copyOfRange(shares, 8, 16)) // the last two see padding alone
                .containsExactly(new float[] {0.25f, 0.25f, 0.25f, 0.25f, 0.25f, 0.25f, 0.25f, 0.25f}, within(1e-6f));
    }

    @Test
    void masksKnowWhatTheyNeverShow() {
        AttentionMask padding = new AttentionMask.Padding(manager.ones(new Shape(1, 4)));
        AttentionMask window = new AttentionMask.Window(3);
        assertThat(window.and(padding).reach()).isEqualTo(3);
        assertThat(padding.and(AttentionMask.CAUSAL).reach()).isEqualTo(Long.MAX_VALUE);
        assertThat(padding.and(window).hidesLater()).isTrue();
        assertThat(AttentionMask.CAUSAL.hidesLater()).isTrue();
        assertThat(padding.hidesLater()).isFalse();
        assertThat(AttentionMask.NONE.hidesLater()).isFalse();
        assertThat(window.ofLastQuery()).isSameAs(AttentionMask.NONE);
    }

    @Test
    void computedTheyHideTheSame() {
        AttentionMask padding = new AttentionMask.Padding(manager.create(new float[][] {{1, 0, 1}, {0, 1, 1}}));
        AttentionMask perQuery =
                new AttentionMask.Bias(manager.create(new float[] {0, 1, 2, 3}, new Shape(1, 1, 2, 2)));
        for (AttentionMask mask : new AttentionMask[] {padding, AttentionMask.CAUSAL.and(padding)}) {
            AttentionMask computed = mask.computed(manager);
            assertThat(computed.sameForAllQueries()).isEqualTo(mask.sameForAllQueries());
            assertThat(shares(computed, 2, 2, 3, 3)).containsExactly(shares(mask, 2, 2, 3, 3));
            assertThat(computed.computed(manager).toString())
                    .isEqualTo(computed.toString()); // nothing is left to compute
        }
        assertThat(perQuery.sameForAllQueries()).isFalse();
    }

    @Test
    void theMaskOfABlockIsThatPartOfTheWhole() {
        AttentionMask padding =
                new AttentionMask.Padding(manager.create(new float[][] {{1, 0, 1, 1, 1}, {1, 1, 1, 0, 1}}));
        AttentionMask bias = new AttentionMask.Bias(Weights.wave(manager, 2, 1, 5, 5));
        AttentionMask sameForAll = new AttentionMask.Bias(Weights.wave(manager, 1, 3, 1, 5));
        AttentionMask.Block block = new AttentionMask.Block(2, 4, 1, 4);
        for (AttentionMask mask : new AttentionMask[] {
            AttentionMask.NONE,
            AttentionMask.CAUSAL,
            padding,
            bias,
            sameForAll,
            AttentionMask.CAUSAL.and(padding).and(bias)
        }) {
            NDArray whole = mask.apply(manager.zeros(new Shape(2, 3, 5, 5)));
            NDArray part = mask.of(block, manager).apply(manager.zeros(new Shape(2, 3, 2, 3)));
            assertThat(part).as(mask.toString()).isEqualTo(whole.get(":, :, 2:4, 1:4"));
        }
        AttentionMask window = new AttentionMask.Window(2);
        NDArray whole = window.apply(manager.zeros(new Shape(1, 1, 5, 5)));
        NDArray part = window.of(block, manager).apply(manager.zeros(new Shape(1, 1, 2, 3)));
        assertThat(part).isEqualTo(whole.get(":, :, 2:4, 1:4"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AttentionMask.Block(0, 2, 3, 3))
                .withMessage("A block of scores can't be that of queries 0 to 2 and keys 3 to 3.");
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
