package io.vitrail.text.tokenizer.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Templates render as Jinja renders them for the reference (record_templates.py). */
class RecordedTemplatesTest {
    private static final Map<String, String> SPECIAL = Map.of("bos", "<s>", "eos", "</s>");

    static Stream<JsonNode> cases() throws IOException {
        try (InputStream in = RecordedTemplatesTest.class.getResourceAsStream("/tokenizers/templates.json")) {
            JsonNode recorded = new JsonMapper().readTree(in);
            return StreamSupport.stream(recorded.path("cases").spliterator(), false)
                    .map(recordedCase -> recordedCase
                            .<ObjectNode>deepCopy()
                            .set(
                                    "source",
                                    recorded.path("templates")
                                            .path(recordedCase.path("template").asText())));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void rendersAsTheReference(JsonNode recorded) {
        ChatTemplate template = ChatTemplate.parse(recorded.path("source").asText(), SPECIAL);
        Map<String, JsonNode> tools = Map.of("tools", recorded.path("tools"));
        boolean generation = recorded.path("generation").asBoolean();
        if (recorded.has("error")) {
            assertThatThrownBy(() -> template.render(recorded.path("messages"), generation, tools))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(recorded.path("error").asText());
        } else {
            assertThat(template.render(recorded.path("messages"), generation, tools))
                    .isEqualTo(recorded.path("prompt").asText());
        }
    }
}
