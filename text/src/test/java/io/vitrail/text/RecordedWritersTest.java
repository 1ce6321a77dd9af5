package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.text.tokenizer.template.ChatMessage;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tasks that write give what the reference's generate() gives, for each recorded call. */
class RecordedWritersTest {
    private static JsonNode calls(String task) {
        JsonNode calls = JsonFile.readList(Goldens.task(task).resolve("expected.json"));
        assertThat(calls).isNotEmpty();
        return calls;
    }

    @ParameterizedTest
    @ValueSource(strings = {"stories", "tales", "chats"})
    void textGenerator(String task) {
        try (TextGenerator own = TextGenerator.load(Goldens.task(task))) {
            for (JsonNode call : calls(task)) {
                TextGenerator generator = own.withOptions(own.options().with(new ConfigJson(call.path("options"))));
                List<GeneratedText> texts = call.path("input").isTextual()
                        ? generator
                                .variants(List.of(call.path("input").asText()))
                                .get(0)
                        : List.of(generator.chat(messages(call.path("input"))));
                assertSame(call, texts);
                List<Integer> tokens = new ArrayList<>();
                call.path("output")
                        .forEach(text -> tokens.add(text.path("tokens").asInt()));
                assertThat(texts).extracting(GeneratedText::tokens).isEqualTo(tokens);
            }
        }
    }

    private static List<ChatMessage> messages(JsonNode chat) {
        List<ChatMessage> messages = new ArrayList<>();
        chat.forEach(message -> messages.add(new ChatMessage(
                message.path("role").asText(), message.path("content").asText())));
        return messages;
    }

    @ParameterizedTest
    @ValueSource(strings = {"prefixes", "translations", "summaries"})
    void textToText(String task) {
        try (TextToText own = TextToText.load(Goldens.task(task))) {
            for (JsonNode call : calls(task)) {
                JsonNode name = call.path("task");
                TextToText asked = name.isTextual() ? own.forTask(name.asText()) : own;
                TextToText writer = asked.withOptions(asked.options().with(new ConfigJson(call.path("options"))));
                assertSame(
                        call,
                        writer.variants(List.of(call.path("input").asText())).get(0));
            }
        }
    }

    private static void assertSame(JsonNode call, List<GeneratedText> texts) {
        List<String> expected = new ArrayList<>();
        call.path("output").forEach(text -> expected.add(text.path("text").asText()));
        assertThat(texts).as(call.toString()).extracting(GeneratedText::text).isEqualTo(expected);
    }
}
