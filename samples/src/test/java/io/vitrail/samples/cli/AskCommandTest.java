package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.TEXT_TASKS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code ask IMAGE QUESTION…} with a model that reads texts instead of pictures. */
class AskCommandTest {
    private static final Path MODEL = TEXT_TASKS.resolve("bert_answers");
    private static final String TEXT = "the cat is on the table";

    @Test
    void namesTheQuestionThenTheAnswer() {
        CommandRun run = CommandRun.of("ask", TEXT, "where is the cat", "who is there", "-m", MODEL);
        assertThat(run.status()).isZero();
        assertThat(run.lines()).hasSize(4).contains("where is the cat", "who is there");
        String answer = run.lines().get(1).replaceFirst("^ {2,4}[\\d.]+ %  ", "");
        assertThat(TEXT).contains(answer);
    }

    @Test
    void jsonHasThePlacesOfTheAnswers() {
        CommandRun run = CommandRun.of("ask", "--json", "--top-k", 3, TEXT, "where is the cat", "-m", MODEL);
        JsonNode line = run.json().get(0);
        assertThat(line.fieldNames()).toIterable().containsExactly("question", "answers");
        assertThat(line.path("answers")).hasSize(3).allSatisfy(answer -> assertThat(
                        answer.path("answer").asText())
                .isEqualTo(TEXT.substring(
                        answer.path("start").asInt(), answer.path("end").asInt())));
    }

    @Test
    void theTextMayComeFromStandardInput() {
        String text = "the cat is\non the table";
        List<JsonNode> lines = CommandRun.reading(text, "ask", "--json", "-", "where is the cat", "-m", MODEL)
                .json();
        assertThat(lines)
                .isEqualTo(CommandRun.of("ask", "--json", text, "where is the cat", "-m", MODEL)
                        .json());
    }

    @Test
    void theAnswerMayBeMissing() {
        CommandRun run = CommandRun.of("ask", "--may-lack", "--top-k", 20, TEXT, "where", "-m", MODEL);
        assertThat(run.out()).contains(" %  (no answer in the text)");
    }

    @Test
    void aQuestionThatFailsIsReportedAndTheOthersAreAnswered() {
        CommandRun run = CommandRun.of("ask", TEXT, " ", "where is the cat", "-m", MODEL);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).isEqualToIgnoringNewLines("vitrail: ' ': The question is empty.");
        assertThat(run.lines()).hasSize(2);
    }

    @Test
    void aPictureIsNoTextUnlessItIsSaidToBe() {
        Path picture = CommandRun.FUSION.resolve("blip_vqa/base/photo.png");
        CommandRun run = CommandRun.of("ask", picture, "where is the cat", "-m", MODEL);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("vitrail: the model reads texts, but '" + picture + "' is a file\n  try:  --text, if that")
                .contains("a model that looks at pictures, such as Salesforce/blip-vqa-base");
        assertThat(CommandRun.of("ask", "--text", picture, "where is the cat", "-m", MODEL)
                        .status())
                .isZero();
    }

    @Test
    void whatIsForPicturesIsAWrongCommandLine() {
        CommandRun run = CommandRun.of("ask", TEXT, "where", "--answers", "here", "-m", MODEL);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("vitrail: --answers is for pictures, but what is asked is a text\n");
    }

    @Test
    void withoutAModelTheCommandLineIsWrong() {
        CommandRun run = CommandRun.of("ask", TEXT, "where");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("vitrail: --model M is missing")
                .contains("Salesforce/blip-vqa-base (pictures)");
    }

    @Test
    void numbersBelowOneAreAWrongCommandLine() {
        for (String option : List.of("--top-k", "--max-answer-tokens")) {
            CommandRun run = CommandRun.of("ask", option, 0, TEXT, "where", "-m", MODEL);
            assertThat(run.status()).isEqualTo(2);
            assertThat(run.err()).startsWith("vitrail: " + option + " must be at least 1, not 0\n");
        }
    }
}
