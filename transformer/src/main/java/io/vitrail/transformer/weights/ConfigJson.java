package io.vitrail.transformer.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A checkpoint's config.json, read by key and type. The default of a key is what the reference implementation takes where the
 * file doesn't say; a value of the wrong type is a {@link CheckpointException}, never a default.
 */
public final class ConfigJson {
    private static final String FILE = "config.json";
    private static final String NUMBERED = "an object from whole numbers to texts";
    private static final Pattern INDEX = Pattern.compile("0|[1-9]\\d{0,8}");

    private final JsonNode node;
    private final Path file;
    private final String outer; // what leads to the keys, such as "vision_config."

    /** A config that isn't in a file; errors call it config.json. */
    public ConfigJson(JsonNode node) {
        this(node, Path.of(FILE), "");
        Check.that(node.isObject(), "A config must be a JSON object, not %s.", node.getNodeType());
    }

    private ConfigJson(JsonNode node, Path file, String outer) {
        this.node = node;
        this.file = file;
        this.outer = outer;
    }

    /** A checkpoint's config.json. */
    public static ConfigJson of(Checkpoint checkpoint) {
        return new ConfigJson(checkpoint.config(), checkpoint.configFile(), "");
    }

    /** What a file describes a model by. */
    public static ConfigJson of(JsonNode node, Path file) {
        return new ConfigJson(node, file, "");
    }

    /** A copy with another value. */
    public ConfigJson with(String key, int value) {
        ObjectNode copy = node.deepCopy();
        return new ConfigJson(copy.put(key, value), file, outer);
    }

    /** A copy with another text. */
    public ConfigJson with(String key, String text) {
        ObjectNode copy = node.deepCopy();
        return new ConfigJson(copy.put(key, text), file, outer);
    }

    /** Whether the key is there with a value other than null. */
    public boolean has(String key) {
        return node.hasNonNull(key);
    }

    /** All keys, in the file's order. */
    public Set<String> keys() {
        Set<String> keys = new LinkedHashSet<>();
        node.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    /** Whether the key asks for nothing: it is missing, or its value is null, false or 0. */
    public boolean isOff(String key) {
        JsonNode value = node.path(key);
        boolean zero = value.isNumber() && value.doubleValue() == 0;
        return zero || value.isMissingNode() || value.isNull() || value.isBoolean() && !value.booleanValue();
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
        if (!isInteger(value)) {
            throw wrong(key, "a whole number or two in a list", value);
        }
        return new int[] {value.intValue(), value.intValue()};
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

    /** A list of finite numbers, which has to be there. */
    public List<Double> numbers(String key) {
        List<Double> numbers = new ArrayList<>();
        JsonNode value = node.path(key);
        for (JsonNode item : value) {
            numbers.add(item.isNumber() ? item.doubleValue() : Double.NaN);
        }
        if (!value.isArray() || !numbers.stream().allMatch(Double::isFinite)) {
            throw wrong(key, "a list of finite numbers", value);
        }
        return numbers;
    }

    public double number(String key, double otherwise) {
        JsonNode value = node.get(key);
        if (!has(key)) {
            return otherwise;
        }
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw wrong(key, "a finite number", value);
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

    /** A list of flags. */
    public List<Boolean> flags(String key, List<Boolean> otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        JsonNode value = node.get(key);
        List<Boolean> flags = new ArrayList<>();
        boolean allFlags = value.isArray();
        for (JsonNode item : value) {
            allFlags &= item.isBoolean();
            flags.add(item.booleanValue());
        }
        if (!allFlags) {
            throw wrong(key, "a list of true and false", value);
        }
        return flags;
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
        if (!has(key)) {
            return texts;
        }
        JsonNode value = node.get(key);
        for (JsonNode item : value) {
            texts.add(item.textValue());
        }
        if (!value.isArray() || texts.contains(null)) {
            throw wrong(key, "a list of texts", value);
        }
        return texts;
    }

    /** An object within, such as "vision_config". */
    public Optional<ConfigJson> object(String key) {
        JsonNode value = node.get(key);
        if (!has(key)) {
            return Optional.empty();
        }
        if (!value.isObject()) {
            throw wrong(key, "an object, from { to }", value);
        }
        return Optional.of(new ConfigJson(value, file, outer + key + "."));
    }

    /** An object within, whose keys may all be missing, and so may it. */
    public ConfigJson section(String key) {
        return object(key)
                .orElseGet(() -> new ConfigJson(JsonNodeFactory.instance.objectNode(), file, outer + key + "."));
    }

    /** An object within that has to be there. */
    public ConfigJson requiredObject(String key) {
        return object(key)
                .orElseThrow(() ->
                        CheckpointException.of("'" + outer + key + "' is missing.", file, "download the file again."));
    }

    /** A map from whole numbers to texts, such as "id2label", in the order of the numbers. */
    public Map<Integer, String> numbered(String key) {
        Map<Integer, String> texts = new TreeMap<>();
        if (!has(key)) {
            return texts;
        }
        JsonNode value = node.get(key);
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
            JsonNode text = entry.getValue(); // or a number, which serves as its digits
            if (!text.isValueNode()
                    || text.isNull()
                    || !INDEX.matcher(entry.getKey()).matches()) {
                throw wrong(key, NUMBERED, value);
            }
            texts.put(Integer.valueOf(entry.getKey()), text.asText());
        }
        if (!value.isObject()) {
            throw wrong(key, NUMBERED, value);
        }
        return texts;
    }

    /** Whatever the key holds, for what the other methods don't read; a missing node where it isn't there. */
    public JsonNode value(String key) {
        return node.path(key);
    }

    /** What is wrong with the value of a key, for such a reader. */
    public CheckpointException wrong(String key, String expected) {
        return wrong(key, expected, node.path(key));
    }

    private int integer(String key, JsonNode value) {
        if (!isInteger(value)) {
            throw wrong(key, "a whole number within ±2³¹", value);
        }
        return value.intValue();
    }

    private static boolean isInteger(JsonNode value) {
        return value.isNumber() && value.canConvertToExactIntegral() && value.canConvertToInt();
    }

    private CheckpointException wrong(String key, String expected, Object found) {
        String what = String.format("'%s%s' must be %s, not %s.", outer, key, expected, Quote.line(found.toString()));
        return CheckpointException.of(what, file, "correct the value, or download the file again.");
    }
}
