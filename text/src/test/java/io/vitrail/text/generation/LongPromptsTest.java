package io.vitrail.text.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.text.TextDecoder;
import io.vitrail.text.WatchedDecoder;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Session;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A long prompt goes through the model in pieces, so that nobody waits for all of it. */
class LongPromptsTest {
    private final WatchedDecoder model = new WatchedDecoder();

    private static long[] tokens(int count) {
        return LongStream.range(0, count).map(i -> i % 2).toArray();
    }

    @Test
    void aPromptIsReadInPiecesAndInOrder() {
        try (Session<TextDecoder> session = model.session();
                CachedDecoding<TextDecoder> decoding = CachedDecoding.of(session, Patience.endless())) {
            assertThat(decoding.next(new long[][] {tokens(1100)})[0]).containsExactly(1099, 1100);
            assertThat(decoding.next(new long[][] {{1}})[0]).containsExactly(1100, 1101);
        }
        assertThat(model.widths()).containsExactly(512L, 512L, 76L, 1L);
        assertThat(model.ids().subList(0, 1100))
                .containsExactlyElementsOf(LongStream.of(tokens(1100)).boxed().toList());
    }

    /** The first pieces of the shorter row are nothing but padding. */
    @Test
    void shorterRowsKeepTheirPlaces() {
        try (Session<TextDecoder> session = model.session();
                CachedDecoding<TextDecoder> decoding = CachedDecoding.of(session, Patience.endless())) {
            float[][] scores = decoding.next(new long[][] {tokens(1100), tokens(30)});
            assertThat(scores[0]).containsExactly(1099, 1100);
            assertThat(scores[1]).containsExactly(29, 30);
            scores = decoding.next(new long[][] {{1}, {0}});
            assertThat(scores[0]).containsExactly(1100, 1101);
            assertThat(scores[1]).containsExactly(30, 31);
        }
    }
}
