package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.text.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of a text piece by piece is the text that is given in the end, whatever the ids. */
class ContinuationTest {
    private final Random random = new Random(5);

    private long[] ids(int most, Tokenizer tokenizer) {
        return random.ints(random.nextInt(most), 0, tokenizer.vocabularySize())
                .asLongStream()
                .toArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"stories", "tales", "chats", "prefixes", "translations", "summaries"})
    void piecesMakeTheText(String task) {
        try (Tokenizer tokenizer = Tokenizer.load(Goldens.task(task))) {
            for (int trial = 0; trial < 60; trial++) {
                long[] earlier = ids(trial % 2 == 0 ? 200 : 6, tokenizer);
                long[] ids = ids(60, tokenizer);
                Continuation continuation = new Continuation(tokenizer, earlier);
                StringBuilder heard = new StringBuilder();
                Arrays.stream(ids).mapToObj(continuation::add).forEach(heard::append);
                heard.append(continuation.finish());
                assertThat(heard)
                        .as("%s, then %s", Arrays.toString(earlier), Arrays.toString(ids))
                        .hasToString(Continuation.of(tokenizer, earlier, ids));
            }
        }
    }
}
