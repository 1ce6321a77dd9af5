package io.vitrail.text.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** Parts of a tokenizer.json, as the tokenizers library spells them. */
final class PipelineParts {
    private PipelineParts() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ArrayNode list() {
        return JsonNodeFactory.instance.arrayNode();
    }

    static ObjectNode of(String type) {
        return object().put("type", type);
    }

    /** Several parts in one, such as {"type": "Sequence", "normalizers": […]}. */
    static ObjectNode sequence(String key, List<ObjectNode> parts) {
        ObjectNode sequence = of("Sequence");
        sequence.putArray(key).addAll(parts);
        return sequence;
    }

    static ObjectNode replace(String pattern, String content) {
        ObjectNode part = of("Replace").put("content", content);
        part.putObject("pattern").put("String", pattern);
        return part;
    }

    static ObjectNode replaceRegex(String pattern, String content) {
        ObjectNode part = of("Replace").put("content", content);
        part.putObject("pattern").put("Regex", pattern);
        return part;
    }

    static ObjectNode splitRegex(String pattern, String behavior, boolean invert) {
        ObjectNode part = of("Split").put("behavior", behavior).put("invert", invert);
        part.putObject("pattern").put("Regex", pattern);
        return part;
    }

    static ObjectNode byteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) {
        return of("ByteLevel")
                .put("add_prefix_space", addPrefixSpace)
                .put("trim_offsets", trimOffsets)
                .put("use_regex", useRegex);
    }

    static ObjectNode metaspace(String scheme, boolean split) {
        return of("Metaspace")
                .put("replacement", "▁")
                .put("prepend_scheme", scheme)
                .put("split", split);
    }

    /**
     * A template such as "[CLS]:0 $A:0 [SEP]:0".
     *
     * @param ids of the special tokens
     */
    static ObjectNode template(String single, String pair, Map<String, Integer> ids) {
        ObjectNode template = of("TemplateProcessing");
        template.set("single", parts(single));
        template.set("pair", parts(pair));
        ObjectNode tokens = template.putObject("special_tokens");
        ids.forEach((token, id) -> {
            ObjectNode special = tokens.putObject(token).put("id", token);
            special.putArray("ids").add(id);
            special.putArray("tokens").add(token);
        });
        return template;
    }

    private static ArrayNode parts(String template) {
        ArrayNode parts = list();
        for (String part : template.isEmpty() ? new String[0] : template.split(" ")) {
            int colon = part.lastIndexOf(':');
            String name = part.substring(0, colon);
            ObjectNode json = parts.addObject();
            (name.startsWith("$")
                            ? json.putObject("Sequence").put("id", name.substring(1))
                            : json.putObject("SpecialToken").put("id", name))
                    .put("type_id", Integer.parseInt(part.substring(colon + 1)));
        }
        return parts;
    }
}
