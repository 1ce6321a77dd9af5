package io.vitrail.text.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.weights.ConfigJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What the reference wrote with a table for a model; goldens/generation.py recorded it. */
final class Searches {
    private static final JsonNode JSON = read("searches.json");
    static final float[][] TABLE = table();
    static final long PAD = JSON.get("pad").asLong();

    private Searches() {}

    /** One call: prompts of several lengths, and by prompt what came of it. */
    record Search(List<long[]> prompts, JsonNode keywords, List<Expected> rows) {
        GenerationOptions options() {
            return GenerationOptions.defaults().with(new ConfigJson(keywords)).toBuilder()
                    .logProbabilities(true)
                    .build();
        }

        /** As the reference pads them. */
        List<Prompt> padded() {
            int longest = prompts.stream().mapToInt(ids -> ids.length).max().orElseThrow();
            return prompts.stream()
                    .map(ids -> Prompt.of(ids).paddedTo(longest, PAD))
                    .toList();
        }
    }

    record Expected(long[] ids, double[] logProbabilities, double score) {}

    static List<Search> all() {
        return StreamSupport.stream(JSON.get("searches").spliterator(), false)
                .map(search -> new Search(
                        rows(search.get("prompts")).map(Searches::longs).toList(),
                        search.get("options"),
                        rows(search.get("rows")).map(Searches::expected).toList()))
                .toList();
    }

    private static Expected expected(JsonNode row) {
        return new Expected(
                longs(row.get("ids")),
                doubles(row.get("logs")),
                row.path("score").asDouble(Double.NaN));
    }

    private static Stream<JsonNode> rows(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    private static long[] longs(JsonNode list) {
        return rows(list).mapToLong(JsonNode::asLong).toArray();
    }

    private static double[] doubles(JsonNode list) {
        return rows(list).mapToDouble(JsonNode::asDouble).toArray();
    }

    private static float[][] table() {
        List<float[]> table = new ArrayList<>();
        for (JsonNode row : JSON.get("table")) {
            double[] values = doubles(row);
            float[] floats = new float[values.length];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) values[i];
            }
            table.add(floats);
        }
        return table.toArray(float[][]::new);
    }

    /** A file of recorded cases. */
    static JsonNode read(String name) {
        try (InputStream file = Searches.class.getResourceAsStream("/goldens/generation/" + name)) {
            return new ObjectMapper().readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
