package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ask IMAGE QUESTION…}. */
class AskPictureTest {
    private static final Path MODEL = CommandRun.FUSION.resolve("blip_vqa/base");
    private static final Path CHOOSER = CommandRun.FUSION.resolve("vilt/vqa");
    private static final Path PHOTO = MODEL.resolve("photo.png");
    private static final String TABLE = "what is on the table ?";
    private static final String CAT = "is the cat sleeping ?";

    private static List<String> answers(JsonNode line) {
        return StreamSupport.stream(line.path("answers").spliterator(), false)
                .map(answer -> answer.path("answer").asText())
                .toList();
    }

    @Test
    void namesTheQuestionThenTheAnswer() {
        CommandRun run = CommandRun.of("ask", PHOTO, TABLE, CAT, "-m", MODEL);
        assertThat(run.status()).isZero();
        assertThat(run.lines()).hasSize(4);
        assertThat(run.lines().get(0)).isEqualTo(TABLE);
        assertThat(run.lines().get(2)).isEqualTo(CAT);
        assertThat(run.lines().get(1)).matches(" +\\d+\\.\\d %  \\S.*");
    }

    @Test
    void jsonHasALineForEachQuestion() {
        List<JsonNode> lines = CommandRun.of(
                        "ask", PHOTO, TABLE, CAT, "--json", "--top-k", 3, "--max-answer-tokens", 9, "-m", MODEL)
                .json();
        assertThat(lines).extracting(line -> line.path("question").asText()).containsExactly(TABLE, CAT);
        for (JsonNode line : lines) {
            assertThat(line.fieldNames())
                    .toIterable()
                    .containsExactly("file", "question", "answer", "score", "answers");
            assertThat(line.path("file").asText()).isEqualTo(PHOTO.toString());
            assertThat(answers(line)).hasSize(3).doesNotHaveDuplicates();
            assertThat(answers(line).get(0)).isEqualTo(line.path("answer").asText());
            assertThat(line.path("score").asDouble()).isNegative();
            assertThat(line.path("answers").get(0).fieldNames())
                    .toIterable()
                    .containsExactly("answer", "probability", "score");
        }
        String answer = lines.get(0).path("answer").asText();
        assertThat(answer).isEqualTo("##bebovebovebeboveir cir is"); // the reference's
    }

    @ParameterizedTest
    @ValueSource(strings = {"llava/base", "smolvlm/base", "smolvlm/idefics3"})
    void modelsThatChatAnswerToo(String name) {
        Path model = CommandRun.FUSION.resolve(name);
        CommandRun run = CommandRun.of("ask", PHOTO, TABLE, CAT, "--json", "--max-answer-tokens", 5, "-m", model);
        assertThat(run.status()).isZero();
        assertThat(run.json())
                .extracting(line -> line.path("question").asText())
                .containsExactly(TABLE, CAT);
        CommandRun chat =
                CommandRun.reading(CAT + "\n", "chat", "--image", PHOTO, "--max-new-tokens", 5, "-m", model, "--json");
        assertThat(run.json().get(1).path("answer").asText())
                .isEqualTo(chat.json().get(0).path("text").asText().strip());
        CommandRun ranked = CommandRun.of("ask", PHOTO, CAT, "--answers", "yes,no", "-m", model);
        assertThat(ranked.status()).isEqualTo(1);
        assertThat(ranked.err()).contains("doesn't weigh given answers");
    }

    @Test
    void givenAnswersAreRanked() {
        JsonNode all = CommandRun.of("ask", PHOTO, CAT, "--json", "--answers", "yes, two cats,no", "-m", MODEL)
                .json()
                .get(0);
        assertThat(answers(all)).containsExactly("no", "yes", "two cats"); // as by the reference
        JsonNode best = CommandRun.of(
                        "ask", PHOTO, CAT, "--json", "--answers", "yes", "--answers", "no", "--top-k", 1, "-m", MODEL)
                .json()
                .get(0);
        assertThat(answers(best)).containsExactly("no");
    }

    @Test
    void aModelMayChooseAmongAnswersOfItsOwn() {
        JsonNode line = CommandRun.of("ask", CHOOSER.resolve("photo.png"), TABLE, "--json", "--top-k", 2, "-m", CHOOSER)
                .json()
                .get(0);
        assertThat(answers(line)).containsExactly("two", "blue"); // the reference's
        assertThat(line.path("answers").get(0).path("probability").asDouble()).isBetween(0.74, 0.741);
        CommandRun run = CommandRun.of("ask", PHOTO, TABLE, "--max-answer-tokens", 3, "-m", CHOOSER);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("This model chooses its answers");
    }

    @Test
    void whatCantBeAskedIsReported() {
        CommandRun missing = CommandRun.of("ask", MODEL.resolve("missing.png"), TABLE, "-m", MODEL);
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.err()).contains("missing.png: There is no such file.");
        CommandRun blank = CommandRun.of("ask", PHOTO, " ", "--json", "-m", MODEL);
        assertThat(blank.status()).isEqualTo(1);
        assertThat(blank.json().get(0).path("error").asText()).isEqualTo("The question is empty.");
        CommandRun lacking = CommandRun.of("ask", PHOTO, TABLE, "--may-lack", "-m", MODEL);
        assertThat(lacking.status()).isEqualTo(2);
        assertThat(lacking.err()).startsWith("vitrail: --may-lack is for texts, but what is asked is a picture\n");
        CommandRun other = CommandRun.of("ask", PHOTO, TABLE, "-m", CommandRun.CHECKPOINT);
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.err()).contains("BlipForQuestionAnswering (blip)");
    }
}
