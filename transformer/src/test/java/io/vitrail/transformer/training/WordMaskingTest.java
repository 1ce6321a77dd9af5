package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WordMaskingTest {
    private static final int TOKENS = 40_000;
    private static final long WORD = 7;
    private static final long MASK = 3;

    private final WordMasking masking = new WordMasking(0.15, MASK, 500);
    private final long[] ids = new long[TOKENS];
    private final boolean[] special = new boolean[TOKENS];

    WordMaskingTest() {
        Arrays.fill(ids, WORD);
        for (int i = 0; i < TOKENS; i += 4) {
            special[i] = true;
        }
    }

    @Test
    void sharesAreThoseOfThePaper() {
        WordMasking.Masked masked = masking.hide(ids, special, 11);
        int[] chosen = IntStream.range(0, TOKENS)
                .filter(token -> masked.labels()[token] != CrossEntropy.IGNORED)
                .toArray();
        long hidden = Arrays.stream(chosen)
                .filter(token -> masked.ids()[token] == MASK)
                .count();
        long kept = Arrays.stream(chosen)
                .filter(token -> masked.ids()[token] == WORD)
                .count();
        assertThat(chosen.length / (0.75 * TOKENS)).isCloseTo(0.15, within(0.01));
        assertThat((double) hidden / chosen.length).isCloseTo(0.8, within(0.03));
        assertThat((double) kept / chosen.length).isCloseTo(0.1, within(0.02));
    }

    @Test
    void onlyChosenWordsChangeAndAreAskedFor() {
        WordMasking.Masked masked = masking.hide(ids, special, 11);
        for (int token = 0; token < TOKENS; token++) {
            boolean chosen = masked.labels()[token] != CrossEntropy.IGNORED;
            assertThat(chosen && special[token]).isFalse();
            assertThat(masked.labels()[token]).isEqualTo(chosen ? WORD : CrossEntropy.IGNORED);
            assertThat(chosen || masked.ids()[token] == WORD).isTrue();
            assertThat(masked.ids()[token]).isBetween(0L, 499L);
        }
        assertThat(ids).containsOnly(WORD);
    }

    @Test
    void theSeedDecides() {
        assertThat(masking.hide(ids, special, 11).ids())
                .isEqualTo(masking.hide(ids, special, 11).ids());
        assertThat(masking.hide(ids, special, 11).ids())
                .isNotEqualTo(masking.hide(ids, special, 12).ids());
    }

    @Test
    void wrongArgumentsAreRefused() {
        assertThatThrownBy(() -> new WordMasking(0.15, 500, 500))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the mask's id 500 isn't one of 500 ids");
        assertThatThrownBy(() -> masking.hide(ids, new boolean[2], 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("40000 ids have 2 marks.");
    }
}
