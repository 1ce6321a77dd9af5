package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.CallException;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.attention.HeatMap;
import io.vitrail.vit.attention.WordMap;
import io.vitrail.vit.image.Image;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where the words of answers came from, and those of models in whose one stream the picture stands. */
@Timeout(300)
class ExplainedAnswerTest {
    /** See answers.py beside answers.json. */
    private static List<JsonNode> cases(String model) {
        List<JsonNode> cases = StreamSupport.stream(
                        JsonFile.readList(Goldens.folder("../words/answers.json"))
                                .spliterator(),
                        false)
                .filter(each -> each.path("case").asText().equals(model))
                .toList();
        assertThat(cases).isNotEmpty();
        return cases;
    }

    private static Image photo(String model) {
        return Image.fromFile(Goldens.folder(model).resolve("photo.png"));
    }

    private static VisualQuestionAnswerer answerer(String model, int tokens) {
        VisualQuestionAnswerer own = VisualQuestionAnswerer.load(Goldens.folder(model));
        return own.withOptions(own.options().toBuilder().maxNewTokens(tokens).build());
    }

    private static ImageCaptioner captioner(String model, int tokens) {
        ImageCaptioner own = ImageCaptioner.load(Goldens.folder(model));
        return own.withOptions(own.options().toBuilder().maxNewTokens(tokens).build());
    }

    private static void assertMaps(List<WordMap> words, JsonNode expected) {
        assertThat(words).extracting(WordMap::word).containsExactlyElementsOf(texts(expected));
        for (int i = 0; i < words.size(); i++) {
            HeatMap map = words.get(i).map();
            JsonNode values = expected.path(i).path("map");
            assertThat(map.values()).hasSize(values.size());
            for (int j = 0; j < values.size(); j++) {
                assertThat(map.values()[j]).isCloseTo(values.path(j).floatValue(), within(1e-5f));
            }
        }
    }

    private static List<String> texts(JsonNode words) {
        return StreamSupport.stream(words.spliterator(), false)
                .map(word -> word.path("word").asText())
                .toList();
    }

    @Test
    void anAnswerSeesThePictureThroughItsQuestion() {
        Image photo = photo("blip_vqa/base");
        try (VisualQuestionAnswerer answerer = answerer("blip_vqa/base", 8)) {
            for (JsonNode expected : cases("blip_vqa/base")) {
                String question = expected.path("text").asText();
                ExplainedAnswer explained = answerer.explain(photo, question);
                assertThat(explained.answer()).isEqualTo(answerer.answer(photo, question));
                assertThat(explained.answer().text())
                        .isEqualTo(expected.path("answer").asText());
                assertMaps(explained.question(), expected.path("question"));
                assertMaps(explained.words(), expected.path("words"));
                HeatMap map = explained.words().get(0).map();
                assertThat(map.rows().end()).isCloseTo(photo.height(), within(1e-9)); // the whole photo was squeezed
                assertThat(map.columns().end()).isCloseTo(photo.width(), within(1e-9));
            }
        }
    }

    @Test
    void captionsOfOneStreamAreTheReferences() {
        try (ImageCaptioner captioner = captioner("git/base", 6)) {
            for (JsonNode expected : cases("git/base")) {
                ExplainedCaption explained =
                        captioner.withPrompt(expected.path("text").asText()).explain(photo("git/base"));
                assertThat(explained.caption().text())
                        .isEqualTo(expected.path("answer").asText());
                assertMaps(explained.words(), expected.path("words"));
            }
        }
    }

    @Test
    void answersAndCaptionsBehindAPromptThatHoldsThePictureAreTheReferences() {
        JsonNode expected = cases("llava/base").get(0);
        Image photo = photo("llava/base");
        try (VisualQuestionAnswerer answerer = answerer("llava/base", 3);
                ImageCaptioner captioner = captioner("llava/base", 3)) {
            ExplainedAnswer explained =
                    answerer.explain(photo, expected.path("text").asText());
            assertThat(explained.answer().text())
                    .isEqualTo(expected.path("answer").asText());
            assertThat(explained.question()).isEmpty();
            assertMaps(explained.words(), expected.path("words"));
            assertMaps(
                    captioner
                            .withPrompt(expected.path("prompt").asText())
                            .explain(photo)
                            .words(),
                    expected.path("words"));
        }
    }

    @Test
    void aDeadlineHoldsAndAQuestionIsNeeded() {
        Image photo = photo("blip_vqa/base");
        try (VisualQuestionAnswerer answerer = answerer("blip_vqa/base", 8)) {
            assertThatThrownBy(() -> answerer.withDeadline(Duration.ofMillis(1)).explain(photo, "why ?"))
                    .isInstanceOf(CallException.class);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> answerer.explain(photo, " "))
                    .withMessageContaining("The question is empty");
        }
    }
}
