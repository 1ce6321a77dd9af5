package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AccuracyTest {
    private static final float[] LOGITS = {9, 9, 1, 3, 2, 9};

    @Test
    void theRankCountsTheClassesAheadOfTheRightOne() {
        assertThat(Accuracy.rank(LOGITS, 2, 3, 1)).isZero();
        assertThat(Accuracy.rank(LOGITS, 2, 3, 2)).isEqualTo(1);
        assertThat(Accuracy.rank(LOGITS, 2, 3, 0)).isEqualTo(2);
    }

    @Test
    void aModelThatAnswersAlikeOrNotANumberIsNotRight() {
        assertThat(Accuracy.rank(new float[] {1, 1, 1}, 0, 3, 0)).isEqualTo(2);
        assertThat(Accuracy.rank(new float[] {Float.NaN, 1}, 0, 2, 1)).isEqualTo(1);
        assertThat(Accuracy.rank(new float[] {Float.NaN, 1}, 0, 2, 0)).isEqualTo(1);
    }
}
