package io.vitrail.fusion;

import static io.vitrail.fusion.RecordedQuestions.ANSWERER;
import static io.vitrail.fusion.RecordedQuestions.PICTURES;
import static io.vitrail.fusion.RecordedQuestions.picture;
import static io.vitrail.fusion.RecordedQuestions.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.fusion.VisualQuestionAnswerer.Answer;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is answered to questions about pictures, and what is refused. */
@Timeout(300)
class VisualQuestionAnswererTest {
    private static final Path CHOOSER = Goldens.folder("vilt/vqa");
    private static final Offset<Double> EXACT = within(1e-4);
    private static final VisualQuestionAnswerer OWN = VisualQuestionAnswerer.load(ANSWERER);
    private static final VisualQuestionAnswerer ANSWERS =
            OWN.withOptions(OWN.options().toBuilder().maxLength(10).build());
    private static final Image PHOTO = picture("photo.png");
    private static final List<String> QUESTIONS = texts(RecordedQuestions.questions("photo.png"), "question");

    @AfterAll
    static void close() {
        OWN.close();
    }

    private static void assertAnswer(Answer answer, JsonNode expected) {
        assertThat(answer.text()).isEqualTo(expected.path("text").asText().strip());
        assertThat(answer.score()).isCloseTo(expected.path("score").asDouble(), EXACT);
        assertThat(Math.log(answer.probability()))
                .isCloseTo(expected.path("sum").asDouble(), within(1e-3));
    }

    @Test
    void answersAreTheReferencesToEachQuestionAlone() {
        for (String name : PICTURES) {
            List<JsonNode> expected = RecordedQuestions.questions(name);
            List<Answer> answers = ANSWERS.answer(picture(name), QUESTIONS);
            assertThat(answers).hasSameSizeAs(expected);
            for (int i = 0; i < expected.size(); i++) {
                assertAnswer(answers.get(i), expected.get(i).path("greedy"));
            }
            assertThat(ANSWERS.answer(picture(name), QUESTIONS.get(2)).text())
                    .isEqualTo(answers.get(2).text());
        }
    }

    @Test
    void theBestAnswersAreThoseOfBeamSearch() {
        List<JsonNode> expected = RecordedQuestions.questions("photo.png");
        List<List<Answer>> answers = ANSWERS.answers(PHOTO, QUESTIONS, 3);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(answers.get(i)).hasSize(3);
            for (int j = 0; j < 3; j++) {
                assertAnswer(answers.get(i).get(j), expected.get(i).path("best").get(j));
            }
        }
    }

    @Test
    void givenAnswersAreRankedByTheirLikelihood() {
        for (String name : PICTURES) {
            List<JsonNode> expected = RecordedQuestions.questions(name);
            List<String> choices = RecordedQuestions.names(expected.get(0).path("choices"));
            List<List<Answer>> ranked = ANSWERS.rank(picture(name), QUESTIONS, choices);
            for (int i = 0; i < expected.size(); i++) {
                JsonNode likelihoods = expected.get(i).path("choices");
                assertThat(ranked.get(i)).extracting(Answer::text).isEqualTo(RecordedQuestions.ranked(likelihoods));
                assertThat(ranked.get(i)).allSatisfy(answer -> assertThat(Math.log(answer.probability()))
                        .isCloseTo(likelihoods.path(answer.text()).asDouble(), within(1e-3)));
            }
        }
    }

    @Test
    void aGivenAnswerIsAsProbableAsIfItWereWritten() {
        VisualQuestionAnswerer brief = OWN.withOptions(
                OWN.options().toBuilder().eos(List.of(3L)).maxNewTokens(30).build());
        Answer written = brief.answers(PHOTO, QUESTIONS.subList(0, 1), 1).get(0).get(0);
        assertThat(written.score()).isNegative();
        assertThat(written.probability()).isBetween(0.0, 1.0);
        List<String> several = RecordedQuestions.many(List.of("yes", "two cats", "no", "a dog in the park"));
        List<Answer> ranked =
                ANSWERS.rank(PHOTO, QUESTIONS.subList(0, 1), several).get(0);
        assertThat(ranked).hasSize(36); // in several batches
        assertThat(ranked.subList(0, 9)).extracting(Answer::text).containsOnly("no");
        assertThat(ranked).extracting(answer -> -answer.probability()).isSorted();
        assertThat(ranked.get(0).score())
                .isCloseTo(Math.log(ranked.get(0).probability()) / 2, EXACT); // of "no" and the end
    }

    @Test
    void moreQuestionsThanGoTogetherAreAnsweredLikeFew() {
        List<String> many = RecordedQuestions.many(QUESTIONS);
        List<Answer> answers = ANSWERS.answer(PHOTO, many);
        List<Answer> few = ANSWERS.answer(PHOTO, QUESTIONS);
        assertThat(answers).hasSize(36);
        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).text()).isEqualTo(few.get(i % 4).text());
            assertThat(answers.get(i).score()).isCloseTo(few.get(i % 4).score(), EXACT);
        }
    }

    @Test
    void aSeedDrawsTheSameAnswersAgain() {
        GenerationOptions drawing =
                OWN.options().toBuilder().sample(true).seed(7).maxLength(10).build();
        VisualQuestionAnswerer drawn = OWN.withOptions(drawing);
        List<List<Answer>> answers = drawn.answers(PHOTO, QUESTIONS, 4);
        assertThat(answers).isEqualTo(drawn.answers(PHOTO, QUESTIONS, 4));
        assertThat(answers.get(0)).hasSize(4).extracting(Answer::text).doesNotHaveDuplicates();
        List<Answer> same = drawn.answer(PHOTO, Collections.nCopies(18, "what is it ?")); // 16 at a time
        assertThat(same.subList(16, 18)).isNotEqualTo(same.subList(0, 2));
    }

    @Test
    void whatCantBeAskedIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ANSWERS.answer(PHOTO, List.of()))
                .withMessage("There is no question.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ANSWERS.answer(PHOTO, List.of("what ?", " ")))
                .withMessage("The question is empty.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ANSWERS.answer(PHOTO, "is ".repeat(50)))
                .withMessage("A question has 52 tokens, special ones included; the model takes at most 40.\n"
                        + "  try:  a shorter one.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ANSWERS.answer(null, "what ?"))
                .withMessage("The picture is missing (null).");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ANSWERS.answers(PHOTO, QUESTIONS, 0))
                .withMessage("At least 1 answer must be asked for, not 0.");
        for (List<String> none : List.of(List.of(""), Collections.<String>emptyList())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ANSWERS.rank(PHOTO, QUESTIONS, none))
                    .withMessage(none.isEmpty() ? "There is no answer to choose from." : "The answer is empty.");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ANSWERS.rank(PHOTO, QUESTIONS, List.of("is ".repeat(50))))
                .withMessage("An answer has 52 tokens; the model takes at most 40.");
    }

    @Test
    void aModelThatChoosesGivesTheReferencesAnswers() {
        try (VisualQuestionAnswerer chooser = VisualQuestionAnswerer.load(CHOOSER)) {
            for (String name : List.of("photo.png", "photo_tall.png")) {
                List<JsonNode> expected = RecordedQuestions.choices(name);
                Image picture = Image.fromFile(CHOOSER.resolve(name));
                List<List<Answer>> answers = chooser.answers(picture, texts(expected, "question"), 9);
                for (int i = 0; i < expected.size(); i++) {
                    JsonNode its = expected.get(i).path("answers");
                    assertThat(answers.get(i)).hasSize(7).hasSameSizeAs(its);
                    for (int j = 0; j < 7; j++) {
                        Answer answer = answers.get(i).get(j);
                        assertThat(answer.text())
                                .isEqualTo(its.path(j).path("answer").asText());
                        assertThat(answer.probability())
                                .isCloseTo(its.path(j).path("score").asDouble(), EXACT);
                        assertThat(answer.score()).isCloseTo(Math.log(answer.probability()), EXACT);
                    }
                }
                assertThat(chooser.answer(picture, texts(expected, "question")))
                        .isEqualTo(answers.stream().map(all -> all.get(0)).toList());
                assertThat(chooser.rank(picture, texts(expected, "question"), List.of("cat", "two", "red")))
                        .isEqualTo(answers.stream()
                                .map(all -> all.stream()
                                        .filter(answer ->
                                                List.of("cat", "two", "red").contains(answer.text()))
                                        .toList())
                                .toList());
            }
        }
    }

    @Test
    void aModelThatChoosesRefusesWhatItDoesntKnow() {
        try (VisualQuestionAnswerer chooser = VisualQuestionAnswerer.load(CHOOSER)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> chooser.rank(PHOTO, QUESTIONS, List.of("cat", "dog")))
                    .withMessage("This model knows 7 answers, and 'dog' is none of them.\n"
                            + "  try:  those of id2label in config.json.");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> chooser.rank(PHOTO, QUESTIONS, List.of()))
                    .withMessage("There is no answer to choose from.");
            assertThatIllegalArgumentException().isThrownBy(chooser::options).withMessageContaining("writes none");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> chooser.withOptions(OWN.options()))
                    .withMessageContaining("writes none");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> chooser.answer(null, "what ?"))
                    .withMessage("The picture is missing (null).");
        }
    }

    @Test
    void aModelOfAnotherKindIsRefusedWithThoseThatFit() {
        for (String other : List.of("blip_itm/base", "blip_caption/base")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> VisualQuestionAnswerer.load(Goldens.folder(other)))
                    .withMessageContaining("which isn't for questions about pictures")
                    .withMessageContaining("BlipForQuestionAnswering (blip)")
                    .withMessageContaining("ViltForQuestionAnswering (vilt)");
        }
    }
}
