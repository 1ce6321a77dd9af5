package io.vitrail.transformer.weights;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A checkpoint's config.json, read by key and type. The default of a key is what the reference implementation takes where the
 * file doesn't say; a value of the wrong type is an error, never a default.
 */
public final class ConfigJson {
    private final JsonNode node;
    private final String where;

    public ConfigJson(JsonNode node) {
        this(node, "config.json");
    }

    private ConfigJson(JsonNode node, String where) {
        if (!node.isObject()) {
            throw new CheckpointException(where + " must hold a JSON object, not " + node.getNodeType() + ".");
        }
        this.node = node;
        this.where = where;
    }

    /** Whether the key is there with a value other than null. */
    public boolean has(String key) {
        return node.hasNonNull(key);
    }

    /** A whole number within ±2³¹. */
    public int integer(String key, int otherwise) {
        return has(key) ? integer(key, node.get(key)) : otherwise;
    }

    /** A positive whole number: a width, depth or count that may not be 0. */
    public int size(String key, int otherwise) {
        int value = integer(key, otherwise);
        if (value <= 0) {
            throw wrong(key, "a positive whole number", node.get(key));
        }
        return value;
    }

    /** Height and width, given as a pair or as one number for both. */
    public int[] pair(String key, int otherwise) {
        JsonNode value = node.get(key);
        if (!has(key)) {
            return new int[] {otherwise, otherwise};
        }
        if (value.isArray() && value.size() == 2) {
            return new int[] {integer(key, value.get(0)), integer(key, value.get(1))};
        }
        int both = integer(key, value);
        return new int[] {both, both};
    }

    /** A list of whole numbers. */
    public int[] integers(String key, int... otherwise) {
        JsonNode value = node.get(key);
        if (!has(key)) {
            return otherwise.clone();
        }
        if (!value.isArray()) {
            throw wrong(key, "a list of whole numbers", value);
        }
        int[] numbers = new int[value.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = integer(key, value.get(i));
        }
        return numbers;
    }

    public double number(String key, double otherwise) {
        JsonNode value = node.get(key);
        if (!has(key)) {
            return otherwise;
        }
        if (!value.isNumber()) {
            throw wrong(key, "a number", value);
        }
        return value.doubleValue();
    }

    public boolean flag(String key, boolean otherwise) {
        JsonNode value = node.get(key);
        if (!has(key)) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            throw wrong(key, "true or false", value);
        }
        return value.booleanValue();
    }

    public String text(String key, String otherwise) {
        return text(key).orElse(otherwise);
    }

    public Optional<String> text(String key) {
        JsonNode value = node.get(key);
        if (!has(key)) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw wrong(key, "a text", value);
        }
        return Optional.of(value.textValue());
    }

    /** The texts of a list, such as "architectures"; none where the key is missing. */
    public List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        if (has(key)) {
            node.get(key).forEach(item -> texts.add(item.asText()));
        }
        return texts;
    }

    /** An object within, such as "vision_config". */
    public Optional<ConfigJson> object(String key) {
        return has(key) ? Optional.of(new ConfigJson(node.get(key), where + ": " + key)) : Optional.empty();
    }

    /** A map from whole numbers to texts, such as "id2label", in the order of the numbers. */
    public Map<Integer, String> numbered(String key) {
        Map<Integer, String> texts = new TreeMap<>();
        if (has(key)) {
            node.get(key)
                    .properties()
                    .forEach(entry -> texts.put(
                            index(key, entry.getKey()), entry.getValue().asText()));
        }
        return texts;
    }

    private int index(String key, String text) {
        Check.that(text.matches("\\d{1,9}"), "%s: '%s' has the key '%s', not a number.", where, key, text);
        return Integer.parseInt(text);
    }

    private int integer(String key, JsonNode value) {
        boolean whole = value.isNumber() && value.canConvertToExactIntegral() && value.canConvertToInt();
        if (!whole) {
            throw wrong(key, "a whole number", value);
        }
        return value.intValue();
    }

    private CheckpointException wrong(String key, String expected, JsonNode value) {
        return new CheckpointException(String.format("%s: '%s' must be %s, not %s.", where, key, expected, value));
    }
}
