package io.vitrail.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * What a checkpoint says about its tokenizer beside the vocabulary: tokenizer_config.json, special_tokens_map.json and
 * added_tokens.json, any of which may be missing.
 */
final class TokenizerConfig {
    private static final double NO_LENGTH = 1e20; // the reference writes 1e30 where there is no maximum
    private static final String FILE = "tokenizer_config.json";
    private static final String SUFFIX = "_token";

    private final Path folder;
    private final JsonNode json;
    private final TokenizerClass type;
    private final Map<String, AddedToken> special = new LinkedHashMap<>();
    private final List<AddedToken> additional = new ArrayList<>();
    private final List<AddedToken> added = new ArrayList<>();

    private TokenizerConfig(Path folder, JsonNode json, TokenizerClass type) {
        this.folder = folder;
        this.json = json;
        this.type = type;
        type.specialTokens().forEach((kind, token) -> special.put(kind, type.added(kind, token)));
    }

    /**
     * Reads what a folder has.
     *
     * @param className the reference's class to be, or whichever the checkpoint names
     * @throws CheckpointException if a file is damaged
     */
    static TokenizerConfig read(Path folder, Optional<String> className) {
        JsonNode json = optional(folder.resolve(FILE));
        Optional<String> named = className
                .or(() -> text(json, "tokenizer_class"))
                .or(() -> text(optional(folder.resolve("config.json")), "tokenizer_class"));
        Optional<String> model =
                named.isPresent() ? Optional.empty() : text(optional(folder.resolve("config.json")), "model_type");
        TokenizerConfig config = new TokenizerConfig(folder, json, TokenizerClass.of(named, model));
        try {
            config.readTokens();
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(e.getMessage(), folder.resolve(FILE), "correct the value.", e);
        }
        return config;
    }

    private static JsonNode optional(Path file) {
        return Files.exists(file) ? JsonFile.read(file) : JsonNodeFactory.instance.objectNode();
    }

    private static Optional<String> text(JsonNode json, String key) {
        return Optional.ofNullable(json.path(key).textValue());
    }

    private void readTokens() {
        Check.that(
                !json.path("split_special_tokens").asBoolean(),
                "'split_special_tokens' is true, which isn't supported.");
        JsonNode decoder = json.path("added_tokens_decoder");
        if (decoder.isObject()) {
            readSpecial(json);
            TreeMap<Integer, AddedToken> byId = new TreeMap<>();
            decoder.properties().forEach(e -> byId.put(id(e.getKey()), AddedToken.of(e.getValue(), false)));
            added.addAll(byId.values());
        } else {
            ObjectNode all = json.deepCopy();
            all.setAll((ObjectNode)
                    optional(folder.resolve("special_tokens_map.json")).deepCopy());
            readSpecial(all);
            readAddedTokens(optional(folder.resolve("added_tokens.json")));
        }
        added.forEach(this::useFlags);
    }

    private static int id(String digits) {
        Check.that(digits.matches("\\d{1,8}"), "'added_tokens_decoder' has the id '%s'.", digits);
        return Integer.parseInt(digits);
    }

    private void readSpecial(JsonNode from) {
        for (String kind : SpecialTokens.KINDS) {
            readSpecial(kind, from.path(kind + SUFFIX));
        }
        from.path("extra_special_tokens")
                .properties()
                .forEach(e -> readSpecial(e.getKey().replaceFirst(SUFFIX + "$", ""), e.getValue()));
        for (JsonNode token : from.path("additional_special_tokens")) {
            additional.add(token.isTextual() ? type.added("additional", token.asText()) : AddedToken.of(token, true));
        }
        Optional<List<AddedToken>> sentinels = sentinels();
        sentinels.ifPresent(additional::addAll);
    }

    private void readSpecial(String kind, JsonNode token) {
        if (token.isTextual()) {
            special.put(kind, type.added(kind, token.asText()));
        } else if (token.isObject()) {
            special.put(kind, AddedToken.of(token, true));
        } else if (token.isNull()) {
            special.remove(kind);
        }
    }

    /** T5's placeholders for what was masked, unless the checkpoint lists them. */
    private Optional<List<AddedToken>> sentinels() {
        boolean listed = additional.stream().anyMatch(token -> token.content().contains("<extra_id_"));
        if (type != TokenizerClass.T5 || listed) {
            return Optional.empty();
        }
        int count = json.path("extra_ids").asInt(100);
        Check.that(count >= 0 && count <= 10_000, "'extra_ids' can't be %d.", count);
        List<AddedToken> tokens = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tokens.add(AddedToken.special("<extra_id_" + i + ">"));
        }
        return Optional.of(tokens);
    }

    /** {"token": id, …}, as files from before added_tokens_decoder have it. */
    private void readAddedTokens(JsonNode ids) {
        TreeMap<Integer, AddedToken> byId = new TreeMap<>();
        ids.properties().forEach(e -> {
            String token = e.getKey();
            boolean isSpecial =
                    special.values().stream().anyMatch(s -> s.content().equals(token))
                            || additional.stream().anyMatch(s -> s.content().equals(token));
            byId.put(e.getValue().asInt(), new AddedToken(token, false, false, false, !isSpecial, isSpecial));
        });
        added.addAll(byId.values());
    }

    /** An added token's flags count more than those of the special token of the same text. */
    private void useFlags(AddedToken token) {
        special.replaceAll((kind, other) -> other.content().equals(token.content()) ? token : other);
        additional.replaceAll(other -> other.content().equals(token.content()) ? token : other);
    }

    Path folder() {
        return folder;
    }

    TokenizerClass type() {
        return type;
    }

    /** Special tokens by kind. */
    Map<String, AddedToken> special() {
        return special;
    }

    /** Further special tokens. */
    List<AddedToken> additional() {
        return additional;
    }

    /** Tokens to add to those that tokenizer.json adds: the listed ones by id, then special ones. */
    List<AddedToken> added() {
        List<AddedToken> all = new ArrayList<>(added);
        all.addAll(special.values());
        all.addAll(additional);
        return all;
    }

    /** The listed ones alone. */
    List<AddedToken> listed() {
        return added;
    }

    boolean flag(String key, boolean otherwise) {
        return json.path(key).asBoolean(otherwise);
    }

    /** Whether the key has a value other than null. */
    boolean has(String key) {
        return json.hasNonNull(key);
    }

    JsonNode value(String key) {
        return json.path(key);
    }

    Side paddingSide(JsonNode pipeline) {
        String direction = pipeline.path("padding").path("direction").asText("");
        return side("padding_side", direction.isEmpty() ? type.paddingSide() : side("padding_side", direction));
    }

    Side truncationSide(JsonNode pipeline) {
        String direction = pipeline.path("truncation").path("direction").asText("Right");
        return side("truncation_side", side("truncation_side", direction));
    }

    private Side side(String key, Side otherwise) {
        return json.hasNonNull(key) ? side(key, json.path(key).asText()) : otherwise;
    }

    private Side side(String key, String name) {
        boolean left = name.equalsIgnoreCase("left");
        if (!left && !name.equalsIgnoreCase("right")) {
            throw CheckpointException.of(
                    "'" + key + "' must be left or right.", folder.resolve(FILE), "correct the value.");
        }
        return left ? Side.LEFT : Side.RIGHT;
    }

    /**
     * The source of the chat template: a file of its own, or what the configuration holds, or what older processors of
     * pictures and text saved beside it.
     *
     * @throws IllegalArgumentException if there is none
     */
    String chatTemplate() {
        Path file = folder.resolve("chat_template.jinja");
        if (Files.exists(file)) {
            return TokenizerFile.text(file);
        }
        JsonNode template = json.path("chat_template");
        Path older = folder.resolve("chat_template.json");
        if (template.isMissingNode() && Files.exists(older)) {
            template = JsonFile.read(older).path("chat_template");
        }
        for (JsonNode named : template) {
            if (named.path("name").asText().equals("default")) {
                template = named.path("template");
                break;
            }
        }
        Check.that(
                template.isTextual(),
                "The checkpoint in %s has no chat template: write the prompt yourself, or put a chat_template.jinja"
                        + " there.",
                folder);
        return template.asText();
    }

    /** The longest row that the model takes, if the checkpoint knows. */
    OptionalInt modelMaxLength() {
        double length =
                json.path("model_max_length").asDouble(json.path("max_len").asDouble(type.modelMaxLength()));
        return length <= 0 || length > NO_LENGTH
                ? OptionalInt.empty()
                : OptionalInt.of((int) Math.min(length, Integer.MAX_VALUE));
    }

    /** Whether the model takes type ids. */
    boolean typeIds() {
        JsonNode names = json.path("model_input_names");
        if (!(names instanceof ArrayNode)) {
            return type.typeIds();
        }
        for (JsonNode name : names) {
            if (name.asText().equals("token_type_ids")) {
                return true;
            }
        }
        return false;
    }
}
