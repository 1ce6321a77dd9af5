package io.vitrail.text.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.text.attention.AttentionStack.Kind;
import java.io.ByteArrayInputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** The page of all attention over a text; two layers of two heads, two tokens that ask three. */
class TextAttentionPageTest {
    private static final String EVIL = "</script><script>alert(1)</script>&amp;";
    private static final float[] WEIGHTS = {0.5f, 0.5f, 0, 0, 1, 0, 0, 0, 1, 0.25f, 0.25f, 0.5f};
    private static final AttentionStack STACK = new AttentionStack(
            Kind.CROSS,
            List.of(token("a"), token(EVIL)),
            List.of(token("x"), token("y"), TokenView.special("[SEP]")),
            List.of(new AttentionWeights(2, 2, 3, WEIGHTS), new AttentionWeights(2, 2, 3, WEIGHTS)));
    private static final SentenceAttention ATTENTION = new SentenceAttention(EVIL, Optional.of("b"), List.of(STACK));

    @TempDir
    private Path folder;

    private static ShownToken token(String text) {
        return new ShownToken("▁" + text, text, false, true, false);
    }

    private static Document parsed(String html) throws Exception {
        byte[] bytes = html.getBytes(StandardCharsets.UTF_8);
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(bytes));
    }

    private static JsonNode data(TextAttentionPage page) throws Exception {
        Element script =
                (Element) parsed(page.html()).getElementsByTagName("script").item(0);
        assertThat(script.getAttribute("id")).isEqualTo("data");
        return new ObjectMapper().readTree(script.getTextContent());
    }

    @Test
    void holdsAllWeightsAndTokens() throws Exception {
        JsonNode data = data(TextAttentionPage.of(ATTENTION));
        assertThat(data.has("layer")).isFalse();
        JsonNode stack = data.path("stacks").get(0);
        assertThat(stack.path("name").asText()).isEqualTo("Asking the text that was read");
        assertThat(stack.path("layers")).hasSize(2).allSatisfy(layer -> assertThat(layer)
                .hasSize(2));
        assertThat(shares(stack.path("layers").get(1).get(1))).containsExactly(0, 0, 1, 0.25f, 0.25f, 0.5f);
        assertThat(stack.path("queries").get(0).toString())
                .isEqualTo("{\"token\":\"▁a\",\"text\":\"a\",\"space\":true,\"within\":false,\"special\":false}");
        assertThat(stack.path("keys").get(2).path("special").asBoolean()).isTrue();
    }

    private static float[] shares(JsonNode head) {
        ByteBuffer bytes =
                ByteBuffer.wrap(Base64.getDecoder().decode(head.asText())).order(ByteOrder.LITTLE_ENDIAN);
        float[] shares = new float[bytes.remaining() / 2];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = Math.round((bytes.getShort() & 0xFFFF) / 65535f * 10000) / 10000f;
        }
        return shares;
    }

    @Test
    void beginsWithTheLayerAndHeadThatWereAskedFor() throws Exception {
        JsonNode data = data(new TextAttentionPage(ATTENTION, OptionalInt.of(0), OptionalInt.of(1)));
        assertThat(data.path("layer").asInt(-1)).isZero();
        assertThat(data.path("head").asInt()).isEqualTo(1);
        assertThatThrownBy(() -> new TextAttentionPage(ATTENTION, OptionalInt.of(2), OptionalInt.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("This model has layers 0 to 1, not 2.");
        assertThatThrownBy(() -> new TextAttentionPage(ATTENTION, OptionalInt.empty(), OptionalInt.of(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("This layer has heads 0 to 1, not 2.");
    }

    @Test
    void saysWhetherTokensSeeLaterOnes() throws Exception {
        assertThat(about(0.5f, 0.5f, 0, 1)).isEqualTo("Each token (row) takes shares from all tokens (columns).");
        assertThat(about(1, 0, 0.5f, 0.5f))
                .isEqualTo("Each token (row) takes shares from itself and those before it (columns).");
    }

    private static String about(float... weights) throws Exception {
        List<ShownToken> two = List.of(token("a"), token("b"));
        AttentionWeights layer = new AttentionWeights(1, 2, 2, weights);
        AttentionStack stack = new AttentionStack(Kind.READING, two, two, List.of(layer));
        SentenceAttention attention = new SentenceAttention("", Optional.empty(), List.of(stack));
        return data(TextAttentionPage.of(attention))
                .path("stacks")
                .get(0)
                .path("about")
                .asText();
    }

    @Test
    void textCantBecomeMarkup() throws Exception {
        TextAttentionPage page = TextAttentionPage.of(ATTENTION);
        assertThat(page.html()).doesNotContain("alert(1)</script>");
        assertThat(parsed(page.html()).getElementsByTagName("script").getLength())
                .isEqualTo(2);
        JsonNode data = data(page);
        assertThat(data.path("text").asText()).isEqualTo(EVIL);
        assertThat(data.path("stacks")
                        .get(0)
                        .path("queries")
                        .get(1)
                        .path("text")
                        .asText())
                .isEqualTo(EVIL);
    }

    @Test
    void needsNothingElse() {
        assertThat(TextAttentionPage.of(ATTENTION).html())
                .contains("default-src 'none'")
                .doesNotContain("http:", "https:", "src=", "url(", "@import", "<link", "fetch(", "innerHTML", "{{");
    }

    @Test
    void aTextForWhichThePageWouldBeTooLargeIsRefused() {
        int tokens = 1025;
        List<ShownToken> shown = java.util.Collections.nCopies(tokens, TokenView.special("a"));
        AttentionWeights weights = new AttentionWeights(8, tokens, tokens, new float[8 * tokens * tokens]);
        AttentionStack stack = new AttentionStack(Kind.WRITING, shown, shown, List.of(weights));
        SentenceAttention attention = new SentenceAttention("", Optional.empty(), List.of(stack));
        assertThatThrownBy(() -> TextAttentionPage.of(attention))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("The model has 8405000 weights for this text; a page holds at most 8388608.");
    }

    @Test
    void savesOrSaysWhyNot() {
        Path file = folder.resolve("attention.html");
        TextAttentionPage.of(ATTENTION).save(file);
        assertThat(file)
                .content(StandardCharsets.UTF_8)
                .startsWith("<!DOCTYPE html>")
                .endsWith("</html>\n");
        Path missing = folder.resolve("none/attention.html");
        assertThatThrownBy(() -> TextAttentionPage.of(ATTENTION).save(missing))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(missing.toString());
    }
}
