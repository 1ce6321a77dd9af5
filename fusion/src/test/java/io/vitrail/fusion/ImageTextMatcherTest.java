package io.vitrail.fusion;

import static io.vitrail.fusion.RecordedQuestions.MATCHER;
import static io.vitrail.fusion.RecordedQuestions.PICTURES;
import static io.vitrail.fusion.RecordedQuestions.picture;
import static io.vitrail.fusion.RecordedQuestions.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.fusion.ImageTextMatcher.Match;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How well texts are found to describe pictures, and what is refused. */
@Timeout(300)
class ImageTextMatcherTest {
    private static final Offset<Double> EXACT = within(1e-4);
    private static final ImageTextMatcher MATCHES = ImageTextMatcher.load(MATCHER);
    private static final Image PHOTO = picture("photo.png");
    private static final List<String> TEXTS = texts(RecordedQuestions.matches("photo.png"), "text");

    @AfterAll
    static void close() {
        MATCHES.close();
    }

    private static void assertClose(Match match, double probability, double cosine) {
        assertThat(match.probability().orElseThrow()).isCloseTo(probability, EXACT);
        assertThat(1 / (1 + Math.exp(-match.score()))).isCloseTo(probability, EXACT);
        assertThat(match.cosine().orElseThrow()).isCloseTo(cosine, EXACT);
    }

    @Test
    void probabilitiesAndCosinesAreTheReferencesOfEachTextAlone() {
        for (String name : PICTURES) {
            List<JsonNode> expected = RecordedQuestions.matches(name);
            List<Match> matches = MATCHES.match(picture(name), TEXTS);
            assertThat(matches).extracting(Match::text).isEqualTo(TEXTS);
            for (int i = 0; i < TEXTS.size(); i++) {
                JsonNode row = expected.get(i);
                assertClose(
                        matches.get(i),
                        row.path("probability").asDouble(),
                        row.path("cosine").asDouble());
                assertClose(
                        MATCHES.match(picture(name), TEXTS.get(i)),
                        row.path("probability").asDouble(),
                        row.path("cosine").asDouble());
            }
        }
    }

    @Test
    void moreTextsThanGoTogetherAreMatchedLikeFew() {
        List<Match> few = MATCHES.match(PHOTO, TEXTS);
        List<Match> matches = MATCHES.match(PHOTO, RecordedQuestions.many(TEXTS));
        assertThat(matches).hasSize(36);
        for (int i = 0; i < matches.size(); i++) {
            assertThat(matches.get(i).text()).isEqualTo(TEXTS.get(i % 4));
            Match alone = few.get(i % 4);
            assertClose(
                    matches.get(i),
                    alone.probability().orElseThrow(),
                    alone.cosine().orElseThrow());
        }
    }

    /** A golden ViLT, which lacks them, with words and a picture processing. */
    private static Path vilt(Path folder) throws IOException {
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(Goldens.folder("vilt/match").resolve(file), folder.resolve(file));
        }
        String processing = "preprocessor_config.json";
        Files.copy(Goldens.folder("vilt/vqa").resolve(processing), folder.resolve(processing));
        Files.write(
                folder.resolve("vocab.txt"),
                List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "cat", "two", "dogs", "the", "table"));
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"BertTokenizer\"}");
        return folder;
    }

    @Test
    void aModelWithoutProbabilitiesScores(@TempDir Path folder) throws IOException {
        try (ImageTextMatcher matcher = ImageTextMatcher.load(vilt(folder))) {
            List<String> texts = List.of("a cat", "two dogs", "the cat the table two dogs");
            List<Match> matches = matcher.match(PHOTO, texts);
            assertThat(matches).extracting(Match::text).isEqualTo(texts);
            assertThat(matches).extracting(Match::score).doesNotHaveDuplicates();
            for (Match match : matches) {
                assertThat(match.probability()).isEmpty();
                assertThat(match.cosine()).isEmpty();
                assertThat(matcher.match(PHOTO, match.text()).score()).isCloseTo(match.score(), EXACT);
            }
            assertThat(matcher.match(picture("drawing.png"), "a cat").score())
                    .isNotCloseTo(matches.get(0).score(), EXACT);
        }
    }

    @Test
    void whatCantBeMatchedIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MATCHES.match(PHOTO, List.of()))
                .withMessage("There is no text.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MATCHES.match(PHOTO, List.of("a cat", "")))
                .withMessage("The text is empty.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MATCHES.match(PHOTO, "cat ".repeat(50)))
                .withMessageStartingWith("A text has 52 tokens, special ones included; the model takes at most 40.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MATCHES.match(null, "a cat"))
                .withMessage("The picture is missing (null).");
    }

    @Test
    void aModelOfAnotherKindIsRefusedWithThoseThatFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageTextMatcher.load(RecordedQuestions.ANSWERER))
                .withMessageContaining("which isn't for matching texts and pictures")
                .withMessageContaining("BlipForImageTextRetrieval (blip), ViltForImageAndTextRetrieval (vilt)");
    }
}
