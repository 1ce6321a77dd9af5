package io.vitrail.text.training;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import java.util.List;

/**
 * A vocabulary of single characters, each text ended by a token of its own. As a tokenizer.json it is read by {@link
 * io.vitrail.text.tokenizer.Tokenizer}, and by Hugging Face's tokenizers.
 */
final class CharacterTokenizer {
    static final int PADDING = 0;
    static final int END = 1;
    static final int UNKNOWN = 2;

    private static final List<String> SPECIAL = List.of("<pad>", "</s>", "<unk>");

    private final int[] characters;

    /** @param characters all that texts may hold; twice doesn't matter */
    CharacterTokenizer(String characters) {
        Check.that(!characters.isEmpty(), "A vocabulary needs at least one character.");
        this.characters = characters.codePoints().distinct().sorted().toArray();
    }

    /** Number of ids. */
    int size() {
        return SPECIAL.size() + characters.length;
    }

    /** tokenizer.json. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", "1.0");
        SPECIAL.forEach(token -> addSpecial(token, json.withArray("added_tokens")));
        ObjectNode split = json.putObject("pre_tokenizer").put("type", "Split");
        split.putObject("pattern").put("Regex", "[\\s\\S]");
        split.put("behavior", "Isolated").put("invert", false);
        json.set("post_processor", ending());
        json.putObject("decoder").put("type", "Fuse");
        ObjectNode model = json.putObject("model").put("type", "WordLevel").put("unk_token", SPECIAL.get(UNKNOWN));
        ObjectNode ids = model.putObject("vocab");
        SPECIAL.forEach(token -> ids.put(token, ids.size()));
        for (int character : characters) {
            ids.put(Character.toString(character), ids.size());
        }
        return json;
    }

    private static void addSpecial(String token, ArrayNode tokens) {
        tokens.addObject()
                .put("id", SPECIAL.indexOf(token))
                .put("content", token)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }

    private static ObjectNode ending() {
        String end = SPECIAL.get(END);
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("type", "TemplateProcessing");
        for (String form : List.of("single", "pair")) {
            json.putArray(form).addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        }
        json.withArray("pair").addObject().putObject("Sequence").put("id", "B").put("type_id", 0);
        for (String form : List.of("single", "pair")) {
            json.withArray(form)
                    .addObject()
                    .putObject("SpecialToken")
                    .put("id", end)
                    .put("type_id", 0);
        }
        ObjectNode token = json.putObject("special_tokens").putObject(end).put("id", end);
        token.putArray("ids").add(END);
        token.putArray("tokens").add(end);
        return json;
    }

    /** tokenizer_config.json: for the reference, which otherwise goes by the model's type. */
    ObjectNode configJson() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("tokenizer_class", "PreTrainedTokenizerFast")
                .put("pad_token", SPECIAL.get(PADDING))
                .put("eos_token", SPECIAL.get(END))
                .put("unk_token", SPECIAL.get(UNKNOWN))
                .put("clean_up_tokenization_spaces", false);
    }
}
