package io.vitrail.transformer.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * JSON files of a checkpoint, such as {@code config.json}: one object or list each. They come from strangers, so their size,
 * depth and number of values are bounded, and a key given twice is an error.
 */
public final class JsonFile {
    private static final int MOST_BYTES = 16 << 20;
    private static final int MOST_TOKENS = 2_000_000;
    private static final int DEEPEST = 100;
    private static final JsonMapper MAPPER = JsonMapper.builder(strict(MOST_BYTES, MOST_TOKENS))
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonFile() {}

    /**
     * Reads a file that holds one JSON object.
     *
     * @throws CheckpointException if it is missing or isn't such a file, is larger than 16 MB, is nested more than 100
     *     deep, holds more than 2 million tokens, or gives a key twice in one object
     */
    public static JsonNode read(Path file) {
        JsonNode root = readAny(file);
        if (!root.isObject()) {
            throw CheckpointException.of(
                    "A JSON object must stand here, from { to }.", file, "download the file again.");
        }
        return root;
    }

    /** Reads a file that holds one JSON list; as {@link #read} otherwise. */
    public static JsonNode readList(Path file) {
        JsonNode root = readAny(file);
        if (!root.isArray()) {
            throw CheckpointException.of("A JSON list must stand here, from [ to ].", file, "download the file again.");
        }
        return root;
    }

    /**
     * Writes an object, indented. An existing file is replaced at once when the new one is complete.
     *
     * @throws CheckpointException if the file can't be written
     */
    public static void write(Path file, JsonNode json) {
        String text = json.toPrettyString() + "\n";
        ReplacedFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode readAny(Path file) {
        if (!Files.isRegularFile(file)) {
            throw CheckpointException.of(
                    "The file does not exist.", file, "check the path, or download the checkpoint again.");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return MAPPER.readTree(utf8(in));
        } catch (JsonProcessingException e) {
            throw refusal(e, file);
        } catch (CharacterCodingException e) {
            throw CheckpointException.of("The file isn't text in UTF-8.", file, "download the file again.", e);
        } catch (IOException e) {
            throw CheckpointException.of("The file cannot be read: " + e + ".", file, "check its permissions.", e);
        }
    }

    /** JSON of checkpoints is UTF-8; a parser that is given bytes would guess among other encodings. */
    static Reader utf8(InputStream in) {
        return new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder());
    }

    /** A parser's complaint about a file, with its place there. */
    static CheckpointException refusal(JsonProcessingException e, Path file) {
        String place = e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
        String problem = Quote.line(e.getOriginalMessage().replaceAll("Source: REDACTED [^;]*; ", ""));
        return CheckpointException.of(
                "The JSON is damaged or beyond the limits" + place + ": " + problem + ".",
                file,
                "download the file again.",
                e);
    }

    /**
     * Parsers with bounds. Python writes NaN and Infinity, so they read them; they keep no table of a stranger's names.
     */
    static JsonFactory strict(long bytes, long tokens) {
        StreamReadConstraints constraints = StreamReadConstraints.builder()
                .maxDocumentLength(bytes)
                .maxTokenCount(tokens)
                .maxNestingDepth(DEEPEST)
                .build();
        return JsonFactory.builder()
                .streamReadConstraints(constraints)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .build();
    }
}
