package io.vitrail.vit.attention;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.vit.Readout;
import io.vitrail.vit.TokenAxis;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A page that shows all maps of a picture, layers by heads, and each large on the photo when it is pointed at. It needs
 * no network and no other file.
 *
 * @param title such as the photo's name
 * @param photo that the maps are of
 * @param attention its maps
 * @param relevance one more map, if there is one
 */
public record AttentionPage(String title, Image photo, PictureAttention attention, Optional<Relevance> relevance) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_SIDE = 1000;
    /** The unit of numbers that are parts of a whole. */
    static final String SHARE = "share";

    /** The page. */
    public String html() {
        return html(data());
    }

    /** The page of some data. */
    static String html(ObjectNode data) {
        try (InputStream in = AttentionPage.class.getResourceAsStream("page.html")) {
            Check.state(in != null, "The page's template isn't in the jar.");
            String template = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            String json = JSON.writeValueAsString(data).replace("<", "\\u003c"); // else a title could end the script
            return template.replace("{{data}}", json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ObjectNode data() {
        ObjectNode data = data(title, about(), photo);
        ArrayNode whole = data.putArray("whole");
        relevance.ifPresent(
                r -> whole(whole, "Relevance" + r.label().map(l -> " for " + l).orElse(""), "", r.map()));
        whole(whole, "Rollout of all layers", SHARE, attention.rollout());
        ArrayNode layers = data.putArray("layers");
        for (int i = 0; i < attention.layers().size(); i++) {
            layer(layers.addObject(), i);
        }
        return data;
    }

    /** What each page has. */
    static ObjectNode data(String title, String about, Image photo) {
        ObjectNode data = JSON.createObjectNode().put("title", title).put("about", about);
        data.put("width", photo.width()).put("height", photo.height());
        data.put("photo", "data:image/jpeg;base64," + base64(EncodedImage.jpeg(photo, LONGEST_SIDE)));
        return data.put("colours", base64(ColourMap.rgb()));
    }

    /** A map with a name. */
    static void whole(ArrayNode maps, String name, String unit, HeatMap map) {
        ObjectNode node = maps.addObject().put("name", name).put("unit", unit);
        node.set("grid", grid(map));
        node.set("map", map(map));
    }

    private void layer(ObjectNode node, int layer) {
        HeatMap mean = attention.mean(layer);
        node.set("grid", grid(mean));
        node.set("mean", map(mean));
        node.set("max", map(attention.max(layer)));
        ArrayNode heads = node.putArray("heads");
        for (int head = 0; head < attention.layers().get(layer).heads(); head++) {
            heads.add(map(attention.map(layer, head)));
        }
    }

    private static ObjectNode grid(HeatMap map) {
        ObjectNode grid = JSON.createObjectNode();
        grid.put("rows", map.grid().rows()).put("columns", map.grid().columns());
        grid.set("y", axis(map.rows()));
        grid.set("x", axis(map.columns()));
        return grid;
    }

    private static ObjectNode axis(TokenAxis axis) {
        ObjectNode node = JSON.createObjectNode();
        return node.put("first", axis.first())
                .put("pitch", axis.pitch())
                .put("start", axis.start())
                .put("end", axis.end());
    }

    private static ObjectNode map(HeatMap map) {
        float[] strengths = map.strengths();
        byte[] values = new byte[strengths.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) Math.round(255 * strengths[i]);
        }
        ObjectNode node = JSON.createObjectNode();
        return node.put("least", map.least()).put("greatest", map.greatest()).put("values", base64(values));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private String about() {
        List<Integer> heads = attention.layers().stream()
                .map(AttentionLayer::heads)
                .distinct()
                .toList();
        String sizes = attention.layers().size() + " layers, each of "
                + heads.toString().replaceAll("[\\[\\]]", "") + " heads. ";
        return sizes + explanation(attention.readout())
                + " Each map's colours go from its least to its greatest value.";
    }

    private static String explanation(Readout readout) {
        return switch (readout) {
            case CLASS_TOKEN -> "The answer is read from the class token, and the maps show what it takes up.";
            case SPECIAL_TOKENS ->
                "The answer is read from the class token and the distillation token, and the maps"
                        + " show what these take up on average.";
            case PATCHES ->
                "The answer is read from the mean of all patches, and the maps show what these take up on"
                        + " average.";
            case CLASS_TOKEN_AND_PATCHES ->
                "The answer is read from the class token and the mean of all patches, and"
                        + " the maps show what these take up, half each.";
            case PROBE ->
                "The answer is read by a learned probe, and the maps show what the patches take up that it" + " asks.";
        };
    }

    /**
     * Writes the page; an existing file is replaced.
     *
     * @throws UncheckedIOException if it can't be written
     */
    public void save(Path file) {
        save(html(), file);
    }

    static void save(String html, Path file) {
        try {
            Files.writeString(file, html);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    file + " can't be written: " + e + "\n  try:  a file in a folder of yours.", e);
        }
    }
}
