package io.vitrail.text.generation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.vitrail.text.TextDecoder;
import io.vitrail.text.TextInput;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.weights.WeightTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A long prompt goes through the model in pieces, so that nobody waits for all of it. */
class LongPromptsTest {
    /** Scores of two ids: the place of the token, and how many tokens are seen so far. */
    private static final class Places extends TextDecoder {
        private final List<Long> widths = new ArrayList<>();
        private final List<Long> ids = new ArrayList<>();

        @Override
        public NDArray states(TextInput input, Pass pass) {
            long[] row = input.ids().get(0).toLongArray();
            widths.add((long) row.length);
            LongStream.of(row).forEach(ids::add);
            NDArray places = input.places().orElseThrow().toType(DataType.FLOAT32, false);
            NDArray seen = input.mask() instanceof AttentionMask.Padding padding
                    ? padding.real().sum(new int[] {1}, true).add(places.mul(0))
                    : places.mul(0).add(pass.earlierTokens() + row.length);
            return places.expandDims(2).concat(seen.expandDims(2), 2); // [rows, tokens, 2]
        }

        @Override
        public NDArray logits(NDArray states, Pass pass) {
            return states;
        }

        @Override
        public int maxTokens() {
            return Integer.MAX_VALUE;
        }

        @Override
        public int vocabulary() {
            return 2;
        }

        @Override
        public WeightTable weightTable() {
            return WeightTable.parse("checkpoint | block | shape");
        }

        @Override
        public String basePrefix() {
            return "";
        }

        @Override
        public Map<String, Long> sizes() {
            return Map.of();
        }
    }

    private final Places model = new Places();

    private Session<Places> session() {
        DjlEngine.get();
        return new Session<>(model, ReadableOperations.INSTANCE, Device.cpu(), manager -> {});
    }

    private static long[] tokens(int count) {
        return LongStream.range(0, count).map(i -> i % 2).toArray();
    }

    @Test
    void aPromptIsReadInPiecesAndInOrder() {
        try (Session<Places> session = session();
                CachedDecoding<Places> decoding = CachedDecoding.of(session, Patience.endless())) {
            assertThat(decoding.next(new long[][] {tokens(1100)})[0]).containsExactly(1099, 1100);
            assertThat(decoding.next(new long[][] {{1}})[0]).containsExactly(1100, 1101);
        }
        assertThat(model.widths).containsExactly(512L, 512L, 76L, 1L);
        assertThat(model.ids.subList(0, 1100))
                .containsExactlyElementsOf(LongStream.of(tokens(1100)).boxed().toList());
    }

    /** The first pieces of the shorter row are nothing but padding. */
    @Test
    void shorterRowsKeepTheirPlaces() {
        try (Session<Places> session = session();
                CachedDecoding<Places> decoding = CachedDecoding.of(session, Patience.endless())) {
            float[][] scores = decoding.next(new long[][] {tokens(1100), tokens(30)});
            assertThat(scores[0]).containsExactly(1099, 1100);
            assertThat(scores[1]).containsExactly(29, 30);
            scores = decoding.next(new long[][] {{1}, {0}});
            assertThat(scores[0]).containsExactly(1100, 1101);
            assertThat(scores[1]).containsExactly(30, 31);
        }
    }
}
