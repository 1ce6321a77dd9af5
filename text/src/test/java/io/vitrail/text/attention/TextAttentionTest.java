package io.vitrail.text.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.text.attention.AttentionStack.Kind;
import io.vitrail.transformer.Resources;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attention over texts is what the reference gives (expected.json), for every kind of model. */
class TextAttentionTest {
    static Path checkpoint(String name) {
        return Resources.path("/tasks/" + name);
    }

    static Stream<JsonNode> cases() throws IOException {
        try (InputStream in = TextAttentionTest.class.getResourceAsStream("/attention/expected.json")) {
            return StreamSupport.stream(new ObjectMapper().readTree(in).spliterator(), false);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void weightsAreTheReferences(JsonNode expected) {
        String text = expected.path("text").asText();
        try (TextAttention attention =
                TextAttention.load(checkpoint(expected.path("checkpoint").asText()))) {
            assertThat(attention.writesAnother()).isEqualTo(expected.has("target"));
            SentenceAttention seen = expected.has("target")
                    ? attention.attend(text, expected.path("target").asText())
                    : attention.attend(text);
            assertThat(seen.text()).isEqualTo(text);
            assertThat(seen.stacks().stream().map(stack -> stack.kind().name()))
                    .containsExactlyElementsOf(() -> expected.path("stacks").fieldNames());
            seen.stacks()
                    .forEach(stack -> assertEqual(
                            stack, expected.path("stacks").path(stack.kind().name())));
        }
    }

    private static void assertEqual(AttentionStack stack, JsonNode expected) {
        assertThat(tokens(stack.queries())).isEqualTo(texts(expected.path("queries")));
        assertThat(tokens(stack.keys())).isEqualTo(texts(expected.path("keys")));
        assertThat(stack.layers()).hasSize(expected.path("layers").asInt());
        assertThat(stack.layer(0).heads()).isEqualTo(expected.path("heads").asInt());
        assertEqual(stack.layer(0).matrix(1), expected.path("first"));
        assertEqual(stack.layer(stack.layers().size() - 1).matrix(0), expected.path("last"));
    }

    private static void assertEqual(float[][] matrix, JsonNode expected) {
        assertThat(matrix.length).isEqualTo(expected.size());
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < matrix[i].length; j++) {
                double wanted = expected.get(i).get(j).asDouble();
                assertThat((double) matrix[i][j]).isCloseTo(wanted, within(1e-5));
            }
        }
    }

    private static List<String> tokens(List<ShownToken> tokens) {
        return tokens.stream().map(ShownToken::token).toList();
    }

    private static List<String> texts(JsonNode nodes) {
        return StreamSupport.stream(nodes.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    @Test
    void aTranslatorReadsWithoutWriting() {
        try (TextAttention attention = TextAttention.load(checkpoint("translations"))) {
            SentenceAttention read = attention.attend("The cat sat");
            assertThat(read.target()).isEmpty();
            assertThat(read.last().kind()).isEqualTo(Kind.READING);
            AttentionStack beside =
                    attention.attend("The cat sat", "Die").stack(Kind.READING).orElseThrow();
            assertThat(beside.layer(1).values()).isEqualTo(read.last().layer(1).values());
            assertThat(read.stack(Kind.CROSS)).isEmpty();
        }
    }

    @Test
    void textsThatTheModelCantTakeAreRefused() {
        try (TextAttention attention = TextAttention.load(checkpoint("stories"))) {
            assertThatThrownBy(() -> attention.attend("x".repeat(49)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(
                            "The text has 49 tokens, special ones included; the model takes at most 48.");
            assertThatThrownBy(() -> attention.attend(""))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("The text has no tokens, and its tokenizer adds none.");
            assertThatThrownBy(() -> attention.attend("\uD800")).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> attention.attend("a", "b"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("This model has one text only; it doesn't read one and write another.");
        }
        try (TextAttention attention = TextAttention.load(checkpoint("tales"))) { // its positions have no end
            assertThatThrownBy(() -> attention.attend("?".repeat(2000)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("special ones included; attention is shown over at most 1024.");
        }
        try (TextAttention attention = TextAttention.load(checkpoint("summaries"))) {
            assertThatThrownBy(() -> attention.attend("a", "x".repeat(60)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the model takes at most 48.");
            assertThatThrownBy(() -> attention.attend("x".repeat(60), "a"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the model takes at most 48.");
        }
    }

    @Test
    void weightsAreReadByHeadQueryAndKey() {
        AttentionWeights weights = new AttentionWeights(2, 1, 3, new float[] {0.5f, 0.25f, 0.25f, 0, 0.75f, 0.25f});
        assertThat(weights.at(1, 0, 1)).isEqualTo(0.75f);
        assertThat(weights.matrix(0)).isEqualTo(new float[][] {{0.5f, 0.25f, 0.25f}});
        assertThat(weights.mean()).isEqualTo(new float[][] {{0.25f, 0.5f, 0.25f}});
        assertThatThrownBy(() -> weights.matrix(2)).hasMessage("This layer has heads 0 to 1, not 2.");
        assertThatThrownBy(() -> weights.at(0, 1, 0)).hasMessage("The queries are 0 to 0, not 1.");
        assertThatThrownBy(() -> weights.at(0, 0, -1)).hasMessage("The keys are 0 to 2, not -1.");
        assertThatThrownBy(() -> new AttentionWeights(2, 2, 3, new float[6]))
                .hasMessage("6 weights don't make 2 heads of 2 queries and 3 keys.");
    }

    @Test
    void aStackKnowsItsLayers() {
        List<ShownToken> one = List.of(TokenView.special("a"));
        AttentionWeights weights = new AttentionWeights(1, 1, 1, new float[] {1});
        AttentionStack stack = new AttentionStack(Kind.READING, one, one, List.of(weights));
        assertThatThrownBy(() -> stack.layer(1)).hasMessage("This model has layers 0 to 0, not 1.");
        assertThatThrownBy(() -> new AttentionStack(Kind.READING, List.of(), one, List.of(weights)))
                .hasMessage("Weights of 1 queries and 1 keys aren't those of 0 tokens that ask 1.");
    }
}
