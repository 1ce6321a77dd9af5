package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.fusion.VisualQuestionAnswerer.Answer;
import io.vitrail.transformer.CallException;
import io.vitrail.vit.image.Image;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Questions to models that chat. What is expected is what transformers' {@code generate(do_sample=False,
 * max_new_tokens=64)} writes behind the processor's chat template with the picture and the question.
 */
@Timeout(300)
class ChatAnswersTest {
    private static final String TABLE = "what is on the table ?";
    private static final String CAT = "is the cat sleeping ?";

    private static Image photo(String model) {
        return Image.fromFile(Goldens.folder(model).resolve("photo.png"));
    }

    @ParameterizedTest
    @CsvSource({
        "llava/base, 64, -190.92395, 64, -189.43824",
        "smolvlm/idefics3, 22, -38.39680, 10, -18.43146",
    })
    void answersAreTheReferencesToEachQuestionAlone(
            String model, int tableTokens, double table, int catTokens, double cat) {
        try (VisualQuestionAnswerer answerer = VisualQuestionAnswerer.load(Goldens.folder(model))) {
            List<Answer> answers = answerer.answer(photo(model), List.of(TABLE, CAT));
            assertThat(answers.get(0).score()).isCloseTo(table / tableTokens, within(1e-5));
            assertThat(Math.log(answers.get(0).probability())).isCloseTo(table, within(1e-3));
            assertThat(answers.get(1).score()).isCloseTo(cat / catTokens, within(1e-5));
            assertThat(answers.get(1).text()).isEqualTo(text(model, CAT));
        }
    }

    private static String text(String model, String question) {
        try (VisionChat chat = VisionChat.load(Goldens.folder(model))) {
            return chat.withOptions(chat.options().toBuilder().maxNewTokens(64).build())
                    .answer(photo(model), question)
                    .text()
                    .strip();
        }
    }

    @Test
    void theBestAnswersAreThoseOfBeamSearch() {
        try (VisualQuestionAnswerer own = VisualQuestionAnswerer.load(Goldens.folder("smolvlm/idefics3"))) {
            VisualQuestionAnswerer answerer =
                    own.withOptions(own.options().toBuilder().maxNewTokens(6).build());
            List<List<Answer>> answers = answerer.answers(photo("smolvlm/idefics3"), List.of(TABLE), 3);
            assertThat(answers.get(0))
                    .extracting(Answer::text)
                    .containsExactly("\u001a\u001a", "\ufffdi2 c c", "\ufffdi2 c\ufffd");
        }
    }

    @Test
    void whatItCantDoIsRefused() {
        Image photo = photo("llava/base");
        try (VisualQuestionAnswerer answerer = VisualQuestionAnswerer.load(Goldens.folder("llava/base"))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> answerer.rank(photo, List.of(CAT), List.of("yes", "no")))
                    .withMessageContaining("doesn't weigh given answers")
                    .withMessageContaining("Salesforce/blip-vqa-base");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> answerer.answer(photo, " "))
                    .withMessageContaining("question");
            VisualQuestionAnswerer hurried = answerer.withDeadline(Duration.ofMillis(1));
            assertThatThrownBy(() -> hurried.answer(photo, CAT)).isInstanceOf(CallException.class);
        }
    }

    @Test
    void otherModelsAreToldWhichServe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VisualQuestionAnswerer.load(Goldens.folder("blip2/opt")))
                .withMessageContaining("It serves the command caption.")
                .withMessageContaining("BlipForQuestionAnswering (blip)")
                .withMessageContaining("LlavaForConditionalGeneration (llava)")
                .withMessageContaining("SmolVLMForConditionalGeneration (smolvlm)");
    }
}
