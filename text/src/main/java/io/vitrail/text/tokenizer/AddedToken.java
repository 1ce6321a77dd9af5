package io.vitrail.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A token that is found in a text before the text is split, as the tokenizers library has them.
 *
 * @param content its text
 * @param leftStrip whether it swallows the spaces before it
 * @param rightStrip whether it swallows the spaces behind it
 * @param singleWord whether it counts only where it stands between word borders
 * @param normalized whether it is looked for in the normalised text
 * @param special whether decoding may leave it out
 */
record AddedToken(
        String content,
        boolean leftStrip,
        boolean rightStrip,
        boolean singleWord,
        boolean normalized,
        boolean special) {
    /** A special token that is given by its text alone. */
    static AddedToken special(String content) {
        return new AddedToken(content, false, false, false, false, true);
    }

    AddedToken stripping(boolean left, boolean right) {
        return new AddedToken(content, left, right, singleWord, normalized, special);
    }

    AddedToken normalized(boolean wanted) {
        return new AddedToken(content, leftStrip, rightStrip, singleWord, wanted, special);
    }

    /** From an object with the reference's keys; {@code special} where it doesn't say. */
    static AddedToken of(JsonNode json, boolean special) {
        boolean isSpecial = json.path("special").asBoolean(special);
        return new AddedToken(
                json.path("content").asText(),
                json.path("lstrip").asBoolean(),
                json.path("rstrip").asBoolean(),
                json.path("single_word").asBoolean(),
                json.path("normalized").asBoolean(!isSpecial),
                isSpecial);
    }

    /** An entry of tokenizer.json's added_tokens. */
    ObjectNode toJson(int id) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", id)
                .put("content", content)
                .put("single_word", singleWord)
                .put("lstrip", leftStrip)
                .put("rstrip", rightStrip)
                .put("normalized", normalized)
                .put("special", special);
    }
}
