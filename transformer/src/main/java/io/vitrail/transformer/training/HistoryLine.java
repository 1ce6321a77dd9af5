package io.vitrail.transformer.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The entries of a {@link TrainingHistory} as JSON. What isn't a number, or is infinite, is null there. */
final class HistoryLine {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MOST_CLASSES = 10_000;

    private HistoryLine() {}

    static ObjectNode of(Map<String, String> settings) {
        ObjectNode json = NODES.objectNode();
        ObjectNode values = json.putObject("settings");
        settings.forEach(values::put);
        return json;
    }

    static ObjectNode of(TrainingHistory.Step step) {
        ObjectNode json = NODES.objectNode();
        json.put("step", step.number());
        json.put("epoch", step.epoch());
        put(json, "loss", step.loss());
        step.accuracy().ifPresent(value -> put(json, "accuracy", value));
        put(json, "rate", step.rate());
        put(json, "gradient_norm", step.gradientNorm());
        put(json, "seconds", step.seconds());
        return json;
    }

    static ObjectNode of(TrainingHistory.Epoch epoch) {
        ObjectNode json = NODES.objectNode();
        json.put("evaluated", epoch.number());
        json.put("after_step", epoch.step());
        put(json, "loss", epoch.loss());
        ObjectNode metrics = json.putObject("metrics");
        epoch.metrics().forEach((name, value) -> put(metrics, name, value));
        epoch.confusion().ifPresent(confusion -> {
            ObjectNode square = json.putObject("confusion");
            ArrayNode labels = square.putArray("labels");
            confusion.labels().forEach(labels::add);
            ArrayNode counts = square.putArray("counts");
            confusion.counts().forEach(row -> {
                ArrayNode cells = counts.addArray();
                row.forEach(cells::add);
            });
        });
        return json;
    }

    static Map<String, String> settings(JsonNode json) {
        Map<String, String> settings = new LinkedHashMap<>();
        JsonNode values = json.path("settings");
        values.fieldNames()
                .forEachRemaining(name -> settings.put(name, values.path(name).asText()));
        return settings;
    }

    static Optional<TrainingHistory.Step> step(JsonNode json) {
        if (!json.has("step")) {
            return Optional.empty();
        }
        OptionalDouble accuracy =
                json.has("accuracy") ? OptionalDouble.of(number(json, "accuracy")) : OptionalDouble.empty();
        return Optional.of(new TrainingHistory.Step(
                json.path("step").asLong(),
                json.path("epoch").asInt(),
                number(json, "loss"),
                accuracy,
                number(json, "rate"),
                number(json, "gradient_norm"),
                number(json, "seconds")));
    }

    static Optional<TrainingHistory.Epoch> epoch(JsonNode json) {
        if (!json.has("evaluated")) {
            return Optional.empty();
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        JsonNode values = json.path("metrics");
        values.fieldNames().forEachRemaining(name -> metrics.put(name, number(values, name)));
        return Optional.of(new TrainingHistory.Epoch(
                json.path("evaluated").asInt(),
                json.path("after_step").asLong(),
                number(json, "loss"),
                metrics,
                json.has("confusion") ? Optional.of(confusion(json.path("confusion"))) : Optional.empty()));
    }

    private static Confusion confusion(JsonNode json) {
        Check.that(json.path("labels").size() <= MOST_CLASSES, "a confusion of over %d classes", MOST_CLASSES);
        List<String> labels = new ArrayList<>();
        json.path("labels").forEach(label -> labels.add(label.asText()));
        List<List<Integer>> counts = new ArrayList<>();
        json.path("counts").forEach(row -> {
            List<Integer> cells = new ArrayList<>();
            row.forEach(cell -> cells.add(cell.asInt()));
            counts.add(cells);
        });
        return new Confusion(labels, counts);
    }

    private static void put(ObjectNode json, String name, double value) {
        if (Double.isFinite(value)) {
            json.put(name, value);
        } else {
            json.putNull(name);
        }
    }

    private static double number(JsonNode json, String name) {
        JsonNode value = json.path(name);
        Check.that(value.isNumber() || value.isNull() || value.isMissingNode(), "'%s' is no number: %s", name, value);
        return value.isNumber() ? value.asDouble() : Double.NaN;
    }
}
