package io.vitrail.vit.fewshot;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.transformer.weights.ReplacedFile;
import io.vitrail.vit.ModelIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A few-shot classifier as files: {@code few-shot.json} says what it is, and names the file of its matrices. That one
 * is called by its content and written first, so that the other always leads to what belongs to it, whenever a writer
 * stops.
 *
 * @param model that made the vectors
 * @param templates the sentences that names were put into, if the method reads names
 * @param matrices what was learned, by name
 */
record SavedFewShot(
        ModelIdentity model,
        FewShotMethod method,
        List<String> templates,
        Examples examples,
        Map<String, float[][]> matrices) {
    private static final String DESCRIPTION = "few-shot.json";
    private static final String FORMAT = "vitrail few-shot 1";
    private static final String EXAMPLES = "examples";
    private static final String TEMPLATES = "templates";
    private static final int MOST_TEMPLATES = 1000;
    private static final String REMEDY = "learn the classes again, and save them.";
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** Writes the files; what was saved in the folder before is replaced at once, or stays as it was. */
    void write(Path folder) {
        try {
            Files.createDirectories(folder);
            Optional<String> before = tensorsBefore(folder);
            Map<String, float[][]> all = new TreeMap<>(matrices);
            all.put(EXAMPLES, examples.rows());
            String tensors = MatrixFile.write(folder, all);
            String description = MAPPER.writeValueAsString(json(tensors)) + "\n";
            ReplacedFile.write(folder.resolve(DESCRIPTION), description.getBytes(StandardCharsets.UTF_8));
            if (before.isPresent() && !before.get().equals(tensors)) {
                Files.deleteIfExists(folder.resolve(before.get()));
            }
        } catch (IOException e) {
            throw CheckpointException.of(
                    "The classes can't be saved: " + e + ".", folder, "check the folder and the space on the disk.", e);
        }
    }

    private ObjectNode json(String tensors) {
        ObjectNode json = MAPPER.createObjectNode().put("format", FORMAT);
        json.putObject("model").put("name", model.name()).put("fingerprint", model.fingerprint());
        method.writeTo(json.putObject("method"));
        if (!templates.isEmpty()) {
            ArrayNode sentences = json.putArray(TEMPLATES);
            templates.forEach(sentences::add);
        }
        ArrayNode classes = json.putArray("classes");
        examples.names().forEach(classes::add);
        ArrayNode counts = json.putArray(EXAMPLES);
        examples.byClass().values().forEach(vectors -> counts.add(vectors.size()));
        return json.put("tensors", tensors);
    }

    private static Optional<String> tensorsBefore(Path folder) {
        try {
            return Optional.of(MatrixFile.named(description(folder)));
        } catch (CheckpointException e) {
            return Optional.empty(); // nothing of ours
        }
    }

    /** Which model a folder's classifier belongs to. */
    static ModelIdentity model(Path folder) {
        ConfigJson model = description(folder).requiredObject("model");
        return new ModelIdentity(model.text("name", "?"), model.text("fingerprint", "?"));
    }

    /** The sentences that a folder's classifier was learned with. */
    static List<String> templates(Path folder) {
        return templates(description(folder));
    }

    private static List<String> templates(ConfigJson json) {
        List<String> templates = json.texts(TEMPLATES);
        boolean whole = templates.stream().allMatch(template -> template.split("\\{}", -1).length == 2);
        if (!whole || templates.size() > MOST_TEMPLATES) {
            throw json.wrong(TEMPLATES, "at most " + MOST_TEMPLATES + " texts, each with {} once");
        }
        return templates;
    }

    /**
     * Reads the files of a folder.
     *
     * @throws CheckpointException if they aren't there, are damaged, or contradict each other
     */
    static SavedFewShot read(Path folder) {
        ConfigJson json = description(folder);
        Path file = folder.resolve(MatrixFile.named(json));
        Map<String, float[][]> matrices = new TreeMap<>(MatrixFile.read(file));
        FewShotMethod method = FewShotMethod.of(json.requiredObject("method"));
        try {
            float[][] rows = matrices.getOrDefault(EXAMPLES, new float[0][]);
            Examples examples = examples(json.texts("classes"), json.integers(EXAMPLES), rows);
            matrices.remove(EXAMPLES);
            return new SavedFewShot(model(folder), method, templates(json), examples, matrices);
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(e.getMessage(), file, REMEDY, e);
        }
    }

    private static ConfigJson description(Path folder) {
        Path file = folder.resolve(DESCRIPTION);
        ConfigJson json = ConfigJson.of(JsonFile.read(file), file);
        if (!FORMAT.equals(json.text("format", ""))) {
            throw json.wrong("format", "'" + FORMAT + "'");
        }
        return json;
    }

    private static Examples examples(List<String> names, int[] counts, float[][] rows) {
        long sum = Arrays.stream(counts).asLongStream().sum();
        boolean positive = Arrays.stream(counts).allMatch(count -> count > 0);
        Check.that(
                names.size() == counts.length && positive && sum == rows.length,
                "%d classes with %d examples are named, %d counts and %d examples are there.",
                names.size(),
                sum,
                counts.length,
                rows.length);
        Map<String, List<Embedding>> byClass = new LinkedHashMap<>();
        int first = 0;
        for (int k = 0; k < counts.length; k++) {
            List<Embedding> vectors = Arrays.stream(rows, first, first + counts[k])
                    .map(Embedding::new)
                    .toList();
            first += counts[k];
            Check.that(byClass.put(names.get(k), vectors) == null, "The class '%s' is named twice.", names.get(k));
        }
        Check.that(!byClass.isEmpty(), "No class is named.");
        return new Examples(byClass);
    }

    /** The head, as it was learned. */
    ClassHead head(Path folder) {
        try {
            return method.restore(examples, matrices);
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(e.getMessage(), folder, REMEDY, e);
        }
    }
}
