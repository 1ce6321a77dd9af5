package io.vitrail.vit.attention;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.Grid;
import io.vitrail.vit.TokenAxis;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of words; maps of a class token and two patches side by side. */
class WordPageTest {
    private static final TokenLayout LAYOUT =
            TokenLayout.global(1, new Grid(1, 2), new TokenAxis(20, 40, 0, 40), new TokenAxis(25, 50, 0, 100));
    private static final Image PHOTO = Image.fromPixels(new byte[3 * 100 * 40], 100, 40);

    @TempDir
    private Path folder;

    private static WordMap word(String word, double left, double right) {
        return new WordMap(word, HeatMap.of(LAYOUT, new double[] {1 - left - right, left, right}));
    }

    private static JsonNode data(String html) throws JsonProcessingException {
        Matcher script = Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>")
                .matcher(html);
        assertThat(script.find()).isTrue();
        return new ObjectMapper().readTree(script.group(1));
    }

    @Test
    void holdsAMapForEachWordInTheirOrder() throws IOException {
        WordPage page = new WordPage("photo.jpg", PHOTO, List.of(word("a", 0.1, 0.4), word("cat", 0.5, 0.25)));
        page.save(folder.resolve("words.html"));
        JsonNode data = data(Files.readString(folder.resolve("words.html")));
        assertThat(data.path("title").asText()).isEqualTo("photo.jpg");
        assertThat(data.path("about").asText()).contains("while it wrote each word");
        assertThat(data.path("words").findValuesAsText("name")).containsExactly("a", "cat");
        assertThat(data.path("layers").isMissingNode()).isTrue();
        JsonNode cat = data.path("words").get(1);
        assertThat(cat.path("map").path("greatest").floatValue()).isEqualTo(0.5f);
        assertThat(cat.path("map").path("least").floatValue()).isEqualTo(0.25f);
        byte[] values =
                Base64.getDecoder().decode(cat.path("map").path("values").asText());
        assertThat(values).containsExactly((byte) 255, (byte) 0);
        assertThat(cat.path("grid").path("columns").asInt()).isEqualTo(2);
    }

    @Test
    void needsNothingElseAndWordsCantBecomeMarkup() throws JsonProcessingException {
        String evil = "</script><script>alert(1)</script>";
        String html = new WordPage(evil, PHOTO, List.of(word(evil, 0.1, 0.4))).html();
        assertThat(html).doesNotContain(evil).doesNotContain("http://", "https://", "src=\"", "{{data}}");
        assertThat(data(html).path("words").get(0).path("name").asText()).isEqualTo(evil);
    }
}
