package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Batches of like lengths, whose results come in the items' order. */
class LengthBatchesTest {
    private static final List<String> WORDS = List.of("a", "four", "to", "window", "six", "of", "I");

    @Test
    void theLongestGoTogetherFirst() {
        List<List<String>> batches = new ArrayList<>();
        List<String> results = LengthBatches.answer(WORDS, String::length, 3, batch -> {
            batches.add(batch);
            return batch.stream().map(word -> word + "!").toList();
        });
        assertThat(batches).containsExactly(List.of("window", "four", "six"), List.of("to", "of", "a"), List.of("I"));
        assertThat(results).containsExactly("a!", "four!", "to!", "window!", "six!", "of!", "I!");
    }

    @Test
    void oneBatchIsTakenAsItIs() {
        assertThat(LengthBatches.answer(WORDS, String::length, 7, batch -> {
                    assertThat(batch).isEqualTo(WORDS);
                    return batch;
                }))
                .isEqualTo(WORDS);
        assertThat(LengthBatches.answer(List.<String>of(), String::length, 7, batch -> {
                    throw new IllegalStateException("there is nothing to do");
                }))
                .isEmpty();
    }
}
