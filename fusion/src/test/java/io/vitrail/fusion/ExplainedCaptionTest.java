package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.text.generation.GeneratedSequence.End;
import io.vitrail.transformer.CallException;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.attention.HeatMap;
import io.vitrail.vit.attention.HeatOverlay;
import io.vitrail.vit.attention.WordMap;
import io.vitrail.vit.attention.WordPage;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where the words of captions came from. */
@Timeout(300)
class ExplainedCaptionTest {
    private static final Path BLIP = Goldens.folder("blip_caption/base");
    private static final Path VIT_GPT2 = Goldens.folder("vision_encoder_decoder/vit_gpt2");

    @TempDir
    private Path folder;

    private static ImageCaptioner load(Path checkpoint) {
        ImageCaptioner own = ImageCaptioner.load(checkpoint);
        return own.withOptions(own.options().toBuilder().maxNewTokens(15).build());
    }

    /** See words.py beside words.json. */
    @Test
    void wordsAndMapsAreTheReferences() {
        JsonNode cases = JsonFile.readList(Goldens.folder("../words/words.json"));
        assertThat(cases).hasSize(4);
        try (ImageCaptioner captioner = load(BLIP)) {
            for (JsonNode expected : cases) {
                Image image = Image.fromFile(BLIP.resolve(expected.path("image").asText()));
                ExplainedCaption explained =
                        captioner.withPrompt(expected.path("prompt").asText()).explain(image);
                assertThat(explained.caption().text())
                        .isEqualTo(expected.path("caption").asText());
                assertThat(explained.words()).hasSameSizeAs(expected.path("words"));
                for (int i = 0; i < explained.words().size(); i++) {
                    assertMap(explained.words().get(i), expected.path("words").path(i), image);
                }
            }
        }
    }

    private static void assertMap(WordMap word, JsonNode expected, Image image) {
        assertThat(word.word()).isEqualTo(expected.path("word").asText());
        HeatMap map = word.map();
        assertThat(map.values()).hasSize(expected.path("map").size());
        for (int i = 0; i < map.values().length; i++) {
            assertThat(map.values()[i])
                    .isCloseTo((float) expected.path("map").path(i).asDouble(), within(1e-5f));
        }
        assertThat(map.rows().start()).isZero();
        assertThat(map.rows().end()).isCloseTo(image.height(), within(1e-9)); // the whole photo was squeezed
        assertThat(map.columns().end()).isCloseTo(image.width(), within(1e-9));
    }

    @Test
    void theEndOfACaptionIsNoWord() {
        Image image = Image.fromFile(VIT_GPT2.resolve("photo.png"));
        try (ImageCaptioner captioner = load(VIT_GPT2)) {
            ExplainedCaption explained = captioner.explain(image);
            assertThat(explained.caption().end()).isEqualTo(End.EOS);
            assertThat(explained.words().stream().map(WordMap::word).collect(Collectors.joining(" ")))
                    .isEqualTo(explained.caption().text().strip());
            assertThat(explained.words()).allSatisfy(word -> {
                double sum = 0;
                for (float share : word.map().values()) {
                    sum += share;
                }
                assertThat(sum).isBetween(0.1, 1.0); // the rest is the class token's
            });
        }
    }

    @Test
    void aMapLiesOverThePhotoAndAPageShowsThemAll() {
        Image image = Image.fromFile(BLIP.resolve("photo.png"));
        try (ImageCaptioner captioner = load(BLIP)) {
            List<WordMap> words = captioner.explain(image).words();
            Path png = folder.resolve("word.png");
            HeatOverlay.of(image, words.get(0).map()).save(png);
            assertThat(Image.fromFile(png).width()).isEqualTo(image.width());
            String page = new WordPage("photo.png", image, words).html();
            for (WordMap word : words) {
                assertThat(page).contains("\"name\":\"" + word.word() + "\"");
            }
        }
    }

    @Test
    void otherPrecisionsLookReadablyToo() {
        Compute compute = new Compute(Device.cpu(), Precision.AUTO);
        Image image = Image.fromFile(BLIP.resolve("photo.png"));
        try (ImageCaptioner captioner = ImageCaptioner.load(BLIP, compute)) {
            assertThat(captioner.explain(image).words()).isNotEmpty();
        }
    }

    @Test
    void aDeadlineHolds() {
        Image image = Image.fromFile(BLIP.resolve("photo.png"));
        try (ImageCaptioner captioner = load(BLIP)) {
            assertThatThrownBy(
                            () -> captioner.withDeadline(Duration.ofMillis(1)).explain(image))
                    .isInstanceOf(CallException.class);
        }
    }

    @Test
    void aPageNeedsWords() {
        Image image = Image.fromFile(BLIP.resolve("photo.png"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WordPage("photo.png", image, List.of()))
                .withMessage("There are no words to show.");
    }
}
