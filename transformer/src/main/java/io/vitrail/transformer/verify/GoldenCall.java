package io.vitrail.transformer.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.weights.ConfigJson;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;

/**
 * One call of a golden case: an operation of the reference implementation, its inputs, and what it gave.
 *
 * @param folder the case's folder: a checkpoint, and pictures where the call reads them
 * @param json the call as golden.json has it
 */
public record GoldenCall(Path folder, JsonNode json) {
    private static final Set<String> OBJECTS = Set.of("inputs", "outputs", "values", "options", "tolerance");

    public GoldenCall {
        Check.that(json.isObject(), "%s: a call must be a JSON object, not %s.", folder, json);
        for (String key : OBJECTS) {
            Check.that(
                    !json.hasNonNull(key) || json.get(key).isObject(),
                    "%s: '%s' of a call must be a JSON object, not %s.",
                    folder,
                    key,
                    json.path(key));
        }
    }

    /** The call's name within its case. */
    public String name() {
        return json.path("name").asText();
    }

    /** The operation, such as "forward". */
    public String operation() {
        return json.path("op").asText();
    }

    /** The class of the reference that carries it out, if the call names one. */
    public Optional<String> className() {
        return json.hasNonNull("class") ? Optional.of(json.get("class").asText()) : Optional.empty();
    }

    /** The folder of the checkpoint. */
    public Path checkpoint() {
        if (!json.hasNonNull("subfolder")) {
            return folder;
        }
        return inside(json.get("subfolder").asText());
    }

    /** The folder of the PEFT adapter that the call computes with, if it does. */
    public Optional<Path> adapter() {
        boolean used = json.hasNonNull("adapter") && !json.path("disabled").asBoolean(false);
        return used ? Optional.of(inside(json.get("adapter").asText())) : Optional.empty();
    }

    /** Whether the adapter is merged into the weights first. */
    public boolean isMerged() {
        return json.path("merged").asBoolean(false);
    }

    /** The same call by another operation. */
    public GoldenCall as(String operation) {
        ObjectNode other = json.deepCopy();
        return new GoldenCall(folder, other.put("op", operation));
    }

    /** The picture files that the call reads. */
    public List<Path> images() {
        return StreamSupport.stream(json.path("images").spliterator(), false)
                .map(name -> inside(name.asText()))
                .toList();
    }

    /** Argument name to the name of its tensor. */
    public Map<String, String> inputs() {
        return texts("inputs");
    }

    /** Output key to the name of the expected tensor. */
    public Map<String, String> outputs() {
        return texts("outputs");
    }

    /** Expected JSON values by key. */
    public JsonNode values() {
        return json.path("values");
    }

    /** The keyword arguments, literally those of the reference. */
    public ObjectNode options() {
        return json.path("options") instanceof ObjectNode options ? options : JsonNodeFactory.instance.objectNode();
    }

    /**
     * Refuses options that a replayer wouldn't honour.
     *
     * @throws IllegalArgumentException if there is an option that isn't known
     */
    public void onlyOptions(Set<String> known) {
        Set<String> unknown = new TreeSet<>();
        options().fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(known);
        Check.that(unknown.isEmpty(), "Options %s aren't known; known: %s.", unknown, new TreeSet<>(known));
    }

    /** Likewise for inputs. */
    public void onlyInputs(Set<String> known) {
        Set<String> unknown = new TreeSet<>(inputs().keySet());
        unknown.removeAll(known);
        Check.that(unknown.isEmpty(), "Inputs %s aren't known; known: %s.", unknown, new TreeSet<>(known));
    }

    /** The stages of each layer that the call asks for; where it doesn't say, the model's config does. */
    public Set<Trace.Stage> stages(ConfigJson config) {
        Set<Trace.Stage> stages = EnumSet.noneOf(Trace.Stage.class);
        for (Trace.Stage stage : Trace.Stage.values()) {
            String option = "output_" + stage.name().toLowerCase(Locale.ROOT);
            if (options().path(option).asBoolean(config.flag(option, false))) {
                stages.add(stage);
            }
        }
        return stages;
    }

    double absoluteTolerance() {
        return json.path("tolerance").path("atol").asDouble(1e-4);
    }

    double relativeTolerance() {
        return json.path("tolerance").path("rtol").asDouble(1e-4);
    }

    int subsample() {
        return json.path("subsample").asInt(1);
    }

    Optional<String> outputMask() {
        return json.hasNonNull("mask_outputs")
                ? Optional.of(json.get("mask_outputs").asText())
                : Optional.empty();
    }

    private Path inside(String name) {
        Path path = folder.resolve(name).normalize();
        Check.that(path.startsWith(folder.normalize()), "'%s' leads out of the case's folder.", name);
        return path;
    }

    private Map<String, String> texts(String key) {
        Map<String, String> texts = new LinkedHashMap<>();
        json.path(key)
                .properties()
                .forEach(e -> texts.put(e.getKey(), e.getValue().asText()));
        return texts;
    }
}
