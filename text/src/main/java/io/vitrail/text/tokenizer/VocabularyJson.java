package io.vitrail.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.JsonFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A vocab.json: {"token": id, …}. */
final class VocabularyJson {
    private static final int HIGHEST_ID = (1 << 24) - 1;

    private VocabularyJson() {}

    /**
     * Ids by token, in the file's order.
     *
     * @throws CheckpointException if the file is missing or holds something else
     */
    static Map<String, Integer> read(Path file) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : JsonFile.read(file).properties()) {
            JsonNode id = entry.getValue();
            if (!id.isInt() || id.intValue() < 0 || id.intValue() > HIGHEST_ID) {
                throw CheckpointException.of(
                        "An id isn't a whole number within 0 and " + HIGHEST_ID + ".",
                        file,
                        "download the file again.");
            }
            ids.put(entry.getKey(), id.intValue());
        }
        return ids;
    }
}
