package io.vitrail.text.tokenizer.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vitrail.transformer.Check;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A template that makes a prompt of a chat, in the part of Jinja that chat templates use, with the settings of Hugging
 * Face transformers. Immutable; any thread may use it.
 *
 * <p>Templates come with checkpoints, from strangers: they reach nothing but what they are given, and their steps,
 * their output and their depth are bounded.
 */
public final class ChatTemplate {
    private static final int LONGEST = 1 << 18;

    private final List<Statement> statements;
    private final Map<String, String> specialTokens;

    private ChatTemplate(List<Statement> statements, Map<String, String> specialTokens) {
        this.statements = statements;
        this.specialTokens = specialTokens;
    }

    /**
     * Reads a template.
     *
     * @param specialTokens by kind, such as "bos", for the template's variables such as bos_token
     * @throws IllegalArgumentException if it is longer than 256 Ki characters, isn't valid, or uses what isn't
     *     supported
     */
    public static ChatTemplate parse(String source, Map<String, String> specialTokens) {
        Check.that(source.length() <= LONGEST, "The chat template is longer than %d characters.", LONGEST);
        try {
            return new ChatTemplate(StatementParser.parse(source), Map.copyOf(specialTokens));
        } catch (TemplateError e) {
            throw new IllegalArgumentException("The chat template can't be read: " + e.getMessage() + ".", e);
        }
    }

    /**
     * The prompt of a chat.
     *
     * @param generationPrompt whether it ends with the opening of the assistant's turn, as for generating
     * @throws IllegalArgumentException as {@link #render(JsonNode, boolean, Map)}
     */
    public String render(List<ChatMessage> messages, boolean generationPrompt) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        for (ChatMessage message : messages) {
            json.addObject().put("role", message.role()).put("content", message.content());
        }
        return render(json, generationPrompt, Map.of());
    }

    /**
     * The prompt of a chat whose messages are more than texts: with tools, or pictures.
     *
     * @param messages a list of objects
     * @param variables of the template's own, such as "tools"
     * @throws IllegalArgumentException if the template refuses the messages, needs what they lack, or does too much
     */
    public String render(JsonNode messages, boolean generationPrompt, Map<String, JsonNode> variables) {
        Scope scope = Scope.root();
        Functions.define(scope);
        scope.set("tools", None.NONE);
        scope.set("documents", None.NONE);
        specialTokens.forEach((kind, token) -> scope.set(kind + "_token", token));
        variables.forEach((name, value) -> scope.set(name, value(value)));
        scope.set("messages", value(messages));
        scope.set("add_generation_prompt", generationPrompt);
        try {
            Statement.run(statements, scope.inner());
            return scope.written();
        } catch (Functions.Raised e) {
            throw new IllegalArgumentException("The chat template refuses the messages: " + e.getMessage(), e);
        } catch (TemplateError e) {
            throw new IllegalArgumentException("The chat template fails: " + e.getMessage() + ".", e);
        }
    }

    private static Object value(JsonNode json) {
        if (json.isArray()) {
            List<Object> list = new ArrayList<>();
            json.forEach(item -> list.add(value(item)));
            return list;
        }
        if (json.isObject()) {
            Map<Object, Object> map = new LinkedHashMap<>();
            json.properties().forEach(entry -> map.put(entry.getKey(), value(entry.getValue())));
            return map;
        }
        if (json.isTextual()) {
            return json.textValue();
        }
        if (json.isBoolean()) {
            return json.booleanValue();
        }
        return json.isNumber() ? number(json) : None.NONE;
    }

    private static Object number(JsonNode json) {
        return json.isIntegralNumber() && json.canConvertToLong()
                ? (Object) json.longValue()
                : (Object) json.doubleValue();
    }
}
