package io.vitrail.transformer.hub;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.JsonFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The files that an index such as {@code model.safetensors.index.json} assigns weights to; they lie beside it. */
final class ShardIndex {
    private ShardIndex() {}

    /**
     * @param index its name in the repository
     * @return the files' names in the repository, each once, sorted
     * @throws CheckpointException if the index is damaged, or names a file elsewhere
     */
    static List<String> files(Path snapshot, String index) {
        Path file = snapshot.resolve(index);
        Set<String> names = new TreeSet<>();
        JsonFile.read(file).path("weight_map").forEach(name -> names.add(plain(name, file)));
        if (names.isEmpty()) {
            throw refusal("The index assigns no weights to files.", file);
        }
        String folder = index.substring(0, index.lastIndexOf('/') + 1);
        List<String> files = new ArrayList<>();
        names.forEach(name -> files.add(folder + name));
        return files;
    }

    private static String plain(JsonNode name, Path index) {
        String text = name.asText("");
        boolean plain = name.isTextual()
                && ModelName.isFile(text)
                && text.indexOf('/') < 0
                && (text.endsWith(".safetensors") || text.endsWith(".bin"));
        if (!plain) {
            throw refusal(
                    "The index names " + HubException.quote(text) + ", which is no plain name of a weights file.",
                    index);
        }
        return text;
    }

    private static CheckpointException refusal(String what, Path index) {
        return CheckpointException.of(what, index, "another revision of the model, or tell its owner.");
    }
}
