package io.vitrail.fusion.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What pycocoevalcap says of made-up captions: {@code metrics/captions.json}, and the recipe beside it. */
final class RecordedCaptions {
    private RecordedCaptions() {}

    /** Captions and their tokens. */
    static Stream<Map.Entry<String, List<String>>> tokenized() {
        JsonNode root = root();
        Stream<Map.Entry<String, List<String>>> alone = nodes(root.path("tokenized"))
                .map(line -> Map.entry(
                        line.path("caption").asText(),
                        tokens(line.path("tokens").asText())));
        return Stream.concat(alone, cases().flatMap(Case::tokenized));
    }

    static Stream<Case> cases() {
        return nodes(root().path("cases")).map(Case::new);
    }

    private static JsonNode root() {
        try (InputStream stream = RecordedCaptions.class.getResourceAsStream("/metrics/captions.json")) {
            return new ObjectMapper().readTree(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<JsonNode> nodes(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static List<String> tokens(String joined) {
        return joined.isEmpty() ? List.of() : List.of(joined.split(" "));
    }

    private static <T> Map<String, T> byName(JsonNode object, Function<JsonNode, T> value) {
        Map<String, T> values = new LinkedHashMap<>();
        object.properties().forEach(field -> values.put(field.getKey(), value.apply(field.getValue())));
        return values;
    }

    /** Some pictures with their captions and scores. */
    record Case(JsonNode json) {
        Map<String, List<List<String>>> references() {
            return byName(json.path("tokens").path("references"), captions -> nodes(captions)
                    .map(caption -> RecordedCaptions.tokens(caption.asText()))
                    .toList());
        }

        Map<String, List<String>> candidates() {
            return byName(
                    json.path("tokens").path("candidates"),
                    captions -> RecordedCaptions.tokens(captions.path(0).asText()));
        }

        CaptionScores whole() {
            return scores(json.path("whole"));
        }

        Map<String, CaptionScores> pictures() {
            return byName(json.path("pictures"), Case::scores);
        }

        Stream<Map.Entry<String, List<String>>> tokenized() {
            List<Map.Entry<String, List<String>>> pairs = new ArrayList<>();
            for (String part : List.of("references", "candidates")) {
                json.path("captions").path(part).properties().forEach(picture -> {
                    for (int i = 0; i < picture.getValue().size(); i++) {
                        JsonNode tokens = json.path("tokens").path(part).path(picture.getKey());
                        pairs.add(Map.entry(
                                picture.getValue().path(i).asText(),
                                RecordedCaptions.tokens(tokens.path(i).asText())));
                    }
                });
            }
            return pairs.stream();
        }

        private static CaptionScores scores(JsonNode scores) {
            return new CaptionScores(
                    nodes(scores.path("bleu")).map(JsonNode::asDouble).toList(),
                    scores.path("rougeL").asDouble(),
                    scores.path("ciderD").asDouble());
        }

        @Override
        public String toString() {
            return json.path("name").asText();
        }
    }
}
