package io.vitrail.vit.attention;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.weights.JsonFile;
import java.util.ArrayList;
import java.util.List;

/** What the reference says of a golden case's first picture; record_attention.py beside the recording tells how. */
record Reference(JsonNode json) {
    static List<Reference> all() {
        List<Reference> all = new ArrayList<>();
        JsonNode recording = JsonFile.read(GoldenPicture.resource("/attention/reference.json"));
        recording.path("references").forEach(json -> all.add(new Reference(json)));
        return all;
    }

    GoldenPicture picture() {
        return GoldenPicture.of(json.path("case").asText(), json.path("call").asText());
    }

    float[] numbers(String key) {
        return numbers(json.path(key));
    }

    static float[] numbers(JsonNode array) {
        float[] numbers = new float[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) array.get(i).asDouble();
        }
        return numbers;
    }

    @Override
    public String toString() {
        return json.path("case").asText();
    }
}
