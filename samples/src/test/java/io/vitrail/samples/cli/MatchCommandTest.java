package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code match IMAGE TEXT…}. */
class MatchCommandTest {
    private static final Path MODEL = CommandRun.FUSION.resolve("blip_itm/base");
    private static final Path PHOTO = MODEL.resolve("photo.png");

    @Test
    void printsTheProbabilityOfEachText() {
        CommandRun run = CommandRun.of("match", PHOTO, "a photo of a cat on the table", "a cat", "-m", MODEL);
        assertThat(run.status()).isZero();
        assertThat(run.lines()).containsExactly("   19.7 %  a photo of a cat on the table", "   21.8 %  a cat");
    }

    @Test
    void jsonHasALineForEachText() {
        List<JsonNode> lines = CommandRun.reading("two dogs\na cat", "match", PHOTO, "-", "--json", "-m", MODEL)
                .json();
        assertThat(lines).extracting(line -> line.path("text").asText()).containsExactly("two dogs", "a cat");
        JsonNode cat = lines.get(1);
        assertThat(cat.fieldNames()).toIterable().containsExactly("file", "text", "score", "probability", "cosine");
        assertThat(cat.path("file").asText()).isEqualTo(PHOTO.toString());
        assertThat(cat.path("probability").asDouble()).isCloseTo(0.218413, within(1e-4)); // the reference's
        assertThat(cat.path("cosine").asDouble()).isCloseTo(0.368541, within(1e-4));
    }

    @Test
    void whatCantBeMatchedIsReported() {
        CommandRun missing = CommandRun.of("match", MODEL.resolve("missing.png"), "a cat", "--json", "-m", MODEL);
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.json().get(0).path("error").asText()).startsWith("There is no such file.");
        CommandRun other = CommandRun.of("match", PHOTO, "a cat", "-m", CommandRun.FUSION.resolve("blip_vqa/base"));
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.err()).contains("BlipForImageTextRetrieval (blip), ViltForImageAndTextRetrieval (vilt)");
        CommandRun none = CommandRun.of("match", PHOTO, "a cat");
        assertThat(none.status()).isEqualTo(2);
        assertThat(none.err()).startsWith("vitrail: --model M is missing").contains("Salesforce/blip-itm-base-coco");
    }
}
