package io.vitrail.transformer.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vitrail.transformer.weights.SafeTensorsHeader.Entry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The JSON of a safetensors header, each entry checked by itself. */
final class SafeTensorsJson {
    private static final String METADATA = "__metadata__";

    private final Path file;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    SafeTensorsJson(Path file) {
        this.file = file;
    }

    /** The tensors, in the header's order; by name. */
    Map<String, Entry> entries() {
        return entries;
    }

    Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    void readAll(JsonParser parser) throws IOException {
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (name.equals(METADATA)) {
                readMetadata(parser);
            } else {
                entries.put(name, readEntry(parser, name));
            }
        }
        if (parser.nextToken() != null) {
            throw SafeTensorsHeader.refusal("Only spaces may follow the header's closing '}'.", file);
        }
    }

    private void readMetadata(JsonParser parser) throws IOException {
        require(parser.currentToken() == JsonToken.START_OBJECT, METADATA, "must be an object");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            require(parser.nextToken() == JsonToken.VALUE_STRING, METADATA, "may only hold texts");
            metadata.put(key, parser.getText());
        }
    }

    private Entry readEntry(JsonParser parser, String name) throws IOException {
        require(parser.currentToken() == JsonToken.START_OBJECT, name, "must be described by an object");
        StorageType type = null;
        long[] shape = null;
        long[] place = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            switch (key) {
                case "dtype" -> type = readType(parser, name);
                case "shape" -> shape = readNumbers(parser, name);
                case "data_offsets" -> place = readNumbers(parser, name);
                default -> parser.skipChildren(); // as the reference does
            }
        }
        require(type != null && shape != null && place != null, name, "lacks its dtype, shape or data_offsets");
        require(place.length == 2, name, "must have 2 data_offsets");
        return checked(new Entry(type, shape, place[0], place[1]), name);
    }

    private StorageType readType(JsonParser parser, String name) throws IOException {
        require(parser.currentToken() == JsonToken.VALUE_STRING, name, "must have a text as its dtype");
        try {
            return StorageType.named(parser.getText());
        } catch (IllegalArgumentException e) {
            String what = "Tensor " + Quote.of(name) + " cannot be read. " + e.getMessage();
            throw CheckpointException.of(what, file, "use a checkpoint that isn't quantized.", e);
        }
    }

    private long[] readNumbers(JsonParser parser, String name) throws IOException {
        require(parser.currentToken() == JsonToken.START_ARRAY, name, "must have lists as shape and data_offsets");
        List<Long> numbers = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            require(parser.currentToken() == JsonToken.VALUE_NUMBER_INT, name, "may only list whole numbers");
            require(parser.getLongValue() >= 0, name, "may not list negative numbers");
            require(
                    numbers.size() < TensorSize.MOST_AXES,
                    name,
                    "lists more than " + TensorSize.MOST_AXES + " numbers");
            numbers.add(parser.getLongValue());
        }
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    private Entry checked(Entry entry, String name) {
        require(entry.begin() <= entry.end(), name, "ends before it begins");
        long bytes;
        try {
            bytes = TensorSize.bytes(entry.type(), entry.shape());
        } catch (ArithmeticException e) {
            throw SafeTensorsHeader.refusal("Tensor " + Quote.of(name) + ": " + e.getMessage() + ".", file);
        }
        long given = entry.end() - entry.begin();
        require(bytes == given, name, "needs " + bytes + " bytes by type and shape, but is given " + given);
        return entry;
    }

    private void require(boolean condition, String name, String rule) {
        if (!condition) {
            throw SafeTensorsHeader.refusal("Tensor " + Quote.of(name) + " " + rule + ".", file);
        }
    }
}
