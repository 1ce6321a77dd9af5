package io.vitrail.text.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Stop strings end sequences where Hugging Face's end them; goldens/stops.py recorded where. */
class StopStringsTest {
    private static final JsonNode JSON = Searches.read("stops.json");
    private static final List<String> VOCABULARY = texts(JSON.get("vocabulary"));

    @TestFactory
    Stream<DynamicTest> sequencesEndAsInTheReference() {
        return StreamSupport.stream(JSON.get("sequences").spliterator(), false)
                .map(sequence -> dynamicTest(sequence.toString(), () -> assertEnds(sequence)));
    }

    private static void assertEnds(JsonNode sequence) {
        StopStrings stops = new StopStrings(texts(sequence.get("stops")), StopStringsTest::text);
        long[] ids = longs(sequence.get("ids"));
        long[] ends = IntStream.rangeClosed(1, ids.length)
                .filter(length -> stops.endWith(History.of(Arrays.copyOf(ids, length))))
                .asLongStream()
                .toArray();
        assertThat(ends).containsExactly(longs(sequence.get("ends")));
    }

    @Test
    void charactersOfSeveralTokensAreFoundWithTheirLastOne() {
        Function<long[], String> bytes = ids -> {
            byte[] utf8 = new byte[ids.length];
            for (int i = 0; i < utf8.length; i++) {
                utf8[i] = (byte) ids[i];
            }
            return new String(utf8, StandardCharsets.UTF_8);
        };
        StopStrings stops = new StopStrings(List.of("年"), bytes);
        assertThat(stops.endWith(History.of(0x78, 0xe5, 0xb9))).isFalse();
        assertThat(stops.endWith(History.of(0x78, 0xe5, 0xb9, 0xb4))).isTrue();
        assertThat(stops.endWith(History.of(0x78, 0xe5, 0xb9, 0xb4, 0x78))).isFalse();
    }

    @Test
    void withoutStopStringsNothingIsDecoded() {
        StopStrings none = new StopStrings(List.of(), ids -> {
            throw new AssertionError("decoded");
        });
        assertThat(none.endWith(History.of(1, 2, 3))).isFalse();
    }

    private static String text(long[] ids) {
        return Arrays.stream(ids).mapToObj(id -> VOCABULARY.get((int) id)).collect(Collectors.joining());
    }

    private static long[] longs(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
    }

    private static List<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }
}
