package io.vitrail.text.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LengthDecayTest {
    private static final LengthDecay DECAY = new LengthDecay(2, 2, List.of(1L, 3L));

    private static float[] after(int length, float... scores) {
        DECAY.process(History.of(new long[length]), scores);
        return scores;
    }

    @Test
    void endsGetLikelierBehindTheStart() {
        assertThat(after(2, 1, 2, 3, -4)).containsExactly(1, 2, 3, -4);
        assertThat(after(3, 1, 2, 3, -4)).containsExactly(1, 4, 3, 0);
        assertThat(after(4, 1, 2, 3, -4)).containsExactly(1, 8, 3, 8);
    }

    @Test
    void whatMayNotComeStaysSo() {
        assertThat(after(4, 1, ScoreProcessor.REMOVED, 3, -4)).containsExactly(1, ScoreProcessor.REMOVED, 3, 8);
    }
}
