package io.vitrail.text.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A tokenizer.json: its pipeline as a tree that can be changed, its model as text. The model, which is nearly all of
 * the file, is read once for its vocabulary and otherwise handed on as it stands.
 *
 * @param pipeline all but the model
 * @param model the JSON text of the model
 * @param modelIds the model's vocabulary
 */
record TokenizerJson(ObjectNode pipeline, String model, Map<String, Integer> modelIds) {
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(100)
                            .maxTokenCount(20_000_000)
                            .build())
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build())
            .build();
    private static final long HIGHEST_ID = (1L << 24) - 1;

    /**
     * Reads a tokenizer.json.
     *
     * @throws CheckpointException if it is missing, larger than 64 MB, damaged, or something that the native library
     *     can't be trusted with
     */
    static TokenizerJson read(Path file) {
        String text = TokenizerFile.text(file);
        try (JsonParser parser = MAPPER.createParser(text)) {
            TokenizerJson json = read(parser, text);
            json.check();
            return json;
        } catch (JsonProcessingException e) {
            throw CheckpointException.of(
                    "The JSON is damaged or beyond the limits: " + e.getOriginalMessage() + ".",
                    file,
                    "download the file again.",
                    e);
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(
                    e.getMessage(), file, "download the file again, from a source that you trust.", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a text in memory can be read
        }
    }

    /** One that is built from other files. */
    static TokenizerJson of(ObjectNode pipeline, ObjectNode model, Map<String, Integer> modelIds) {
        TokenizerJson json = new TokenizerJson(pipeline, model.toString(), modelIds);
        json.check();
        return json;
    }

    private static TokenizerJson read(JsonParser parser, String text) throws IOException {
        ObjectNode pipeline = JsonNodeFactory.instance.objectNode();
        Map<String, Integer> ids = null;
        String model = "";
        require(parser.nextToken() == JsonToken.START_OBJECT, "A JSON object must stand here, from { to }.");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            if (key.equals("model") && value == JsonToken.START_OBJECT) {
                int start = (int) parser.currentTokenLocation().getCharOffset();
                ids = vocabulary(parser);
                model = text.substring(start, (int) parser.currentLocation().getCharOffset());
            } else {
                pipeline.set(key, MAPPER.readTree(parser));
            }
        }
        require(parser.nextToken() == null, "Nothing may follow the JSON object.");
        require(ids != null, "There is no 'model' with a 'vocab'.");
        return new TokenizerJson(pipeline, model, ids);
    }

    /** Reads the object that the parser stands at to its end; null if it has no vocabulary. */
    private static Map<String, Integer> vocabulary(JsonParser parser) throws IOException {
        Map<String, Integer> ids = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            if (key.equals("vocab")) {
                ids = value == JsonToken.START_ARRAY ? scored(parser) : numbered(parser);
            } else {
                parser.skipChildren();
            }
        }
        return ids;
    }

    /** {"token": id, …}. */
    private static Map<String, Integer> numbered(JsonParser parser) throws IOException {
        Map<String, Integer> ids = new LinkedHashMap<>();
        require(parser.currentToken() == JsonToken.START_OBJECT, "'vocab' must be an object or a list.");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String token = parser.currentName();
            boolean whole = parser.nextToken() == JsonToken.VALUE_NUMBER_INT;
            long id = whole ? parser.getLongValue() : -1;
            require(id >= 0 && id <= HIGHEST_ID, "An id in 'vocab' isn't a whole number within 0 and " + HIGHEST_ID);
            ids.put(token, (int) id);
        }
        return ids;
    }

    /** [["token", score], …]: the id is the place in the list. */
    private static Map<String, Integer> scored(JsonParser parser) throws IOException {
        Map<String, Integer> ids = new LinkedHashMap<>();
        int id = 0;
        while (parser.nextToken() == JsonToken.START_ARRAY) {
            String token = parser.nextTextValue();
            boolean number = parser.nextToken().isNumeric();
            boolean pair = parser.nextToken() == JsonToken.END_ARRAY;
            require(token != null && number && pair, "'vocab' must list pairs of a text and a number.");
            ids.put(token, id++);
        }
        require(parser.currentToken() == JsonToken.END_ARRAY, "'vocab' must list pairs of a text and a number.");
        return ids;
    }

    private void check() {
        checkMerges();
        UntrustedPipeline.check(pipeline);
    }

    /** The native library cuts a prefix off the second part of a merge, without looking whether it is there. */
    private void checkMerges() {
        String prefix = continuationPrefix();
        if (prefix.isEmpty() || !model.contains("\"merges\"")) {
            return;
        }
        boolean ascii = prefix.chars().allMatch(c -> c < 128);
        try {
            for (JsonNode merge : MAPPER.readTree(model).path("merges")) {
                String pair = merge.asText();
                String second = merge.isTextual()
                        ? pair.substring(pair.indexOf(' ') + 1)
                        : merge.path(1).asText();
                require(ascii && second.startsWith(prefix), "A merge lacks the prefix of continued words.");
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("The model is damaged: " + e.getOriginalMessage() + ".", e);
        }
    }

    private static void require(boolean holds, String problem) {
        Check.that(holds, "%s", problem);
    }

    /** What ends the last token of a word, or "". */
    String wordSuffix() {
        return modelText("end_of_word_suffix");
    }

    /** What begins a token that goes on with a word, or "". */
    String continuationPrefix() {
        return modelText("continuing_subword_prefix");
    }

    private String modelText(String wanted) {
        String text = "";
        try (JsonParser parser = MAPPER.createParser(model)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName();
                JsonToken value = parser.nextToken();
                if (key.equals(wanted)) {
                    text = value == JsonToken.VALUE_STRING ? parser.getText() : ""; // the last one counts
                }
                parser.skipChildren();
            }
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it was read before
        }
    }

    /** The added tokens, in the file's order. */
    List<AddedToken> addedTokens() {
        List<AddedToken> tokens = new ArrayList<>();
        pipeline.path("added_tokens").forEach(token -> tokens.add(AddedToken.of(token, false)));
        return tokens;
    }

    /** What the native library needs: no framing, padding or cutting, which are done here. */
    String forNative(List<AddedToken> added, Vocabulary vocabulary) {
        ObjectNode json = pipeline.deepCopy();
        json.putNull("truncation").putNull("padding").putNull("post_processor");
        ArrayNode tokens = json.putArray("added_tokens");
        for (AddedToken token : added) {
            tokens.add(token.toJson(vocabulary.id(token.content()).orElse(0)));
        }
        String head = json.toString();
        String whole = head.substring(0, head.length() - 1) + ",\"model\":" + model + "}";
        require(UnicodeText.loneSurrogate(whole) < 0, "Half a surrogate pair stands in it, which isn't Unicode.");
        return whole;
    }
}
