package io.vitrail.vit.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.Grid;
import io.vitrail.vit.Readout;
import io.vitrail.vit.TokenAxis;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.image.Image;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of all maps; one layer of two heads over a class token and two patches side by side. */
class AttentionPageTest {
    private static final TokenLayout LAYOUT =
            TokenLayout.global(1, new Grid(1, 2), new TokenAxis(20, 40, 0, 40), new TokenAxis(25, 50, 0, 100));
    private static final float[] WEIGHTS = {
        0.5f, 0.4f, 0.1f, 1, 0, 0, 1, 0, 0, // rows of the first head: class token, left patch, right patch
        0.2f, 0.2f, 0.6f, 1, 0, 0, 1, 0, 0
    };
    private static final PictureAttention ATTENTION = new PictureAttention(
            List.of(new AttentionLayer(LAYOUT, 2, 3, WEIGHTS)), Readout.CLASS_TOKEN, new double[] {1, 0, 0});
    private static final Image PHOTO = Image.fromPixels(new byte[3 * 100 * 40], 100, 40);

    @TempDir
    private Path folder;

    private static AttentionPage page(String title, Optional<Relevance> relevance) {
        return new AttentionPage(title, PHOTO, ATTENTION, relevance);
    }

    private static JsonNode data(String html) throws JsonProcessingException {
        Matcher script = Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>")
                .matcher(html);
        assertThat(script.find()).isTrue();
        return new ObjectMapper().readTree(script.group(1));
    }

    @Test
    void holdsAMapForEachLayerAndHead() throws JsonProcessingException {
        JsonNode data = data(page("photo.jpg", Optional.empty()).html());
        assertThat(data.path("title").asText()).isEqualTo("photo.jpg");
        assertThat(data.path("about").asText())
                .startsWith("1 layers, each of 2 heads. The answer is read from the class");
        assertThat(data.path("layers")).hasSize(1);
        JsonNode layer = data.path("layers").get(0);
        assertThat(layer.path("heads")).hasSize(2);
        assertThat(values(layer.path("heads").get(0))).containsExactly(255, 0);
        assertThat(layer.path("heads").get(0).path("greatest").floatValue()).isEqualTo(0.4f);
        assertThat(layer.path("heads").get(0).path("least").floatValue()).isEqualTo(0.1f);
        assertThat(values(layer.path("heads").get(1))).containsExactly(0, 255);
        assertThat(layer.path("mean").path("least").floatValue()).isEqualTo(0.3f);
        assertThat(layer.path("max").path("greatest").floatValue()).isEqualTo(0.6f);
        JsonNode grid = layer.path("grid");
        assertThat(grid.path("columns").asInt()).isEqualTo(2);
        assertThat(grid.path("x").toString()).isEqualTo("{\"first\":25.0,\"pitch\":50.0,\"start\":0.0,\"end\":100.0}");
    }

    private static int[] values(JsonNode map) {
        byte[] bytes = Base64.getDecoder().decode(map.path("values").asText());
        return new int[] {bytes[0] & 0xFF, bytes[1] & 0xFF};
    }

    @Test
    void wholeModelMapsComeFirst() throws JsonProcessingException {
        Relevance relevance = new Relevance(Optional.of("cat"), ATTENTION.mean(0));
        JsonNode whole = data(page("photo.jpg", Optional.of(relevance)).html()).path("whole");
        assertThat(whole.findValuesAsText("name")).containsExactly("Relevance for cat", "Rollout of all layers");
        assertThat(data(page("photo.jpg", Optional.empty()).html()).path("whole"))
                .hasSize(1);
    }

    @Test
    void holdsThePhotoAndNeedsNothingElse() throws JsonProcessingException {
        String html = page("photo.jpg", Optional.empty()).html();
        String photo = data(html).path("photo").asText();
        assertThat(photo).startsWith("data:image/jpeg;base64,");
        Image image = Image.fromBytes(Base64.getDecoder().decode(photo.substring(photo.indexOf(',') + 1)));
        assertThat(image.width()).isEqualTo(100);
        assertThat(image.height()).isEqualTo(40);
        assertThat(html)
                .contains("default-src 'none'")
                .doesNotContain("http://", "https://", "src=\"", "@import", "{{data}}");
    }

    @Test
    void largePhotosAreReduced() throws JsonProcessingException {
        Image large = Image.fromPixels(new byte[3 * 3000 * 30], 3000, 30);
        String photo = data(new AttentionPage("", large, ATTENTION, Optional.empty()).html())
                .path("photo")
                .asText();
        Image image = Image.fromBytes(Base64.getDecoder().decode(photo.substring(photo.indexOf(',') + 1)));
        assertThat(image.width()).isEqualTo(1000);
        assertThat(image.height()).isEqualTo(10);
    }

    @Test
    void namesCantBecomeMarkup() throws JsonProcessingException {
        String evil = "</script><script>alert(1)</script>";
        Relevance relevance = new Relevance(Optional.of(evil), ATTENTION.mean(0));
        String html = page(evil, Optional.of(relevance)).html();
        assertThat(html).doesNotContain("alert(1)</script>");
        assertThat(data(html).path("title").asText()).isEqualTo(evil);
    }

    @Test
    void savesOrSaysWhyNot() {
        Path file = folder.resolve("heat.html");
        page("photo.jpg", Optional.empty()).save(file);
        assertThat(file).content().startsWith("<!DOCTYPE html>").endsWith("</html>\n");
        Path missing = folder.resolve("none/heat.html");
        assertThatThrownBy(() -> page("photo.jpg", Optional.empty()).save(missing))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(missing.toString());
    }
}
