package io.vitrail.text.attention;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;

/**
 * A page that shows all attention over a text: each layer and head small, and one of them large, with every weight to
 * be pointed at. It needs no network and no other file, and is well-formed XML, too.
 *
 * @param attention that is shown
 * @param layer shown first; the last one without it
 * @param head shown first; the mean of all without it
 */
public record TextAttentionPage(SentenceAttention attention, OptionalInt layer, OptionalInt head) {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** More would make a page of more than 25 MB. */
    private static final long MOST_WEIGHTS = 1 << 23;

    private static final int LARGEST_SHARE = 0xFFFF;

    public TextAttentionPage {
        AttentionStack shown = attention.last();
        AttentionWeights weights = shown.layer(layer.orElse(shown.layers().size() - 1));
        head.ifPresent(weights::matrix);
        long all = attention.stacks().stream()
                .flatMap(stack -> stack.layers().stream())
                .mapToLong(each -> each.values().length)
                .sum();
        Check.that(
                all <= MOST_WEIGHTS,
                "The model has %d weights for this text; a page holds at most %d.%n  try:  a shorter text.",
                all,
                MOST_WEIGHTS);
    }

    /** Of all attention, beginning with the mean of the last layer. */
    public static TextAttentionPage of(SentenceAttention attention) {
        return new TextAttentionPage(attention, OptionalInt.empty(), OptionalInt.empty());
    }

    /** The page. */
    public String html() {
        try (InputStream in = TextAttentionPage.class.getResourceAsStream("page.html")) {
            Check.state(in != null, "The page's template isn't in the jar.");
            String template = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            String data = JSON.writeValueAsString(data())
                    .replace("<", "\\u003c") // else a text could end the script
                    .replace("&", "\\u0026");
            return template.replace("{{data}}", data);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ObjectNode data() {
        ObjectNode data = JSON.createObjectNode().put("text", attention.text());
        attention.target().ifPresent(target -> data.put("target", target));
        layer.ifPresent(number -> data.put("layer", number));
        head.ifPresent(number -> data.put("head", number));
        ArrayNode stacks = data.putArray("stacks");
        attention.stacks().forEach(stack -> add(stack, stacks.addObject()));
        return data;
    }

    private void add(AttentionStack stack, ObjectNode node) {
        node.put("name", name(stack.kind()));
        node.put("about", about(stack));
        tokens(stack.queries(), node.putArray("queries"));
        tokens(stack.keys(), node.putArray("keys"));
        ArrayNode layers = node.putArray("layers");
        for (AttentionWeights weights : stack.layers()) {
            ArrayNode heads = layers.addArray();
            for (int head = 0; head < weights.heads(); head++) {
                heads.add(encoded(weights, head));
            }
        }
    }

    private static String name(AttentionStack.Kind kind) {
        return switch (kind) {
            case READING -> "Reading";
            case WRITING -> "Writing";
            case CROSS -> "Asking the text that was read";
        };
    }

    private static String about(AttentionStack stack) {
        return switch (stack.kind()) {
            case READING, WRITING ->
                looksAhead(stack)
                        ? "Each token (row) takes shares from all tokens (columns)."
                        : "Each token (row) takes shares from itself and those before it (columns).";
            case CROSS -> "Each token that is written (row) takes shares from those that were read (columns).";
        };
    }

    private static boolean looksAhead(AttentionStack stack) {
        float[][] mean = stack.layer(0).mean();
        for (int query = 0; query < mean.length; query++) {
            for (int key = query + 1; key < mean.length; key++) {
                if (mean[query][key] > 0) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void tokens(List<ShownToken> tokens, ArrayNode nodes) {
        for (ShownToken token : tokens) {
            nodes.addObject()
                    .put("token", token.token())
                    .put("text", token.text())
                    .put("space", token.afterSpace())
                    .put("within", token.withinWord())
                    .put("special", token.special());
        }
    }

    /** A head's shares as 16 bits each, row by row, the lower byte first. */
    private static String encoded(AttentionWeights weights, int head) {
        int size = weights.queries() * weights.keys();
        ByteBuffer bytes = ByteBuffer.allocate(2 * size).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < size; i++) {
            float share = Math.min(1, Math.max(0, weights.values()[head * size + i]));
            bytes.putShort((short) Math.round(LARGEST_SHARE * share));
        }
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    /**
     * Writes the page; an existing file is replaced.
     *
     * @throws UncheckedIOException if it can't be written
     */
    public void save(Path file) {
        try {
            Files.writeString(file, html());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    file + " can't be written: " + e + "\n  try:  a file in a folder of yours.", e);
        }
    }
}
