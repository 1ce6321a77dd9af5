package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.TEXT_TASKS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code fill-mask TEXT…}, and what all commands have in common whose arguments are texts. */
class FillMaskCommandTest {
    private static final Path MODEL = TEXT_TASKS.resolve("bert_words");
    private static final String ONE = "the cat is [MASK] the table";
    private static final String TWO = "the [MASK] is [MASK] the table";

    @Test
    void namesTheTextThenWordsWithProbabilities() {
        CommandRun run = CommandRun.of("fill-mask", ONE, "--model", MODEL);
        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.lines()).hasSize(6).startsWith(ONE);
        assertThat(run.lines().subList(1, 6)).allMatch(line -> line.matches(" {2,4}\\d{1,2}\\.\\d %  \\S+"));
    }

    @Test
    void severalMasksAreNumbered() {
        CommandRun run = CommandRun.of("fill-mask", TWO, "-m", MODEL, "--top-k", 1);
        assertThat(run.lines()).hasSize(5).contains("  mask 1", "  mask 2");
    }

    @Test
    void jsonHasAListForEachMask() {
        CommandRun run = CommandRun.of("fill-mask", "--json", "--targets", "cat,on", ONE, TWO, "-m", MODEL);
        assertThat(run.status()).isZero();
        List<JsonNode> lines = run.json();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).fieldNames()).toIterable().containsExactly("text", "masks");
        assertThat(lines.get(0).path("masks")).hasSize(1);
        assertThat(lines.get(1).path("masks")).hasSize(2);
        JsonNode guesses = lines.get(0).path("masks").get(0);
        assertThat(guesses).extracting(guess -> guess.path("word").asText()).containsExactlyInAnyOrder("cat", "on");
        for (JsonNode guess : guesses) {
            assertThat(guess.fieldNames()).toIterable().containsExactly("word", "id", "probability", "text");
            assertThat(guess.path("text").asText())
                    .isEqualTo("the cat is " + guess.path("word").asText() + " the table");
        }
        assertThat(guesses.get(0).path("probability").asDouble())
                .isGreaterThan(guesses.get(1).path("probability").asDouble());
    }

    @Test
    void aTextThatFailsIsReportedAndTheOthersAreDone() {
        CommandRun run = CommandRun.of("fill-mask", ONE, "no mask here", TWO, "--top-k", 1, "-m", MODEL);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.lines()).contains(ONE, TWO).doesNotContain("no mask here");
        assertThat(run.err())
                .isEqualToIgnoringNewLines("vitrail: 'no mask here': A text has no mask; write it as '[MASK]'.");
        CommandRun json = CommandRun.of("fill-mask", "--json", "no mask here", ONE, "-m", MODEL);
        assertThat(json.status()).isEqualTo(1);
        assertThat(json.err()).isEmpty();
        assertThat(json.json().get(0).fieldNames()).toIterable().containsExactly("text", "error");
        assertThat(json.json().get(1).path("masks")).hasSize(1);
    }

    @Test
    void ofALongTextThatFailsTheBeginningIsShown() {
        CommandRun run = CommandRun.of("fill-mask", "the cat\nis ".repeat(50), "-m", MODEL);
        assertThat(run.err()).startsWith("vitrail: '" + "the cat is ".repeat(50).substring(0, 60) + "…': A text");
    }

    @Test
    void aHyphenStandsForTheLinesOfStandardInput() {
        CommandRun given = CommandRun.of("fill-mask", "--json", ONE, TWO, ONE, "-m", MODEL);
        CommandRun read = CommandRun.reading(TWO + "\r\n" + ONE + "\n", "fill-mask", "--json", ONE, "-", "-m", MODEL);
        assertThat(read.status()).isZero();
        assertThat(read.out()).isEqualTo(given.out());
    }

    @Test
    void textsAreTakenAsTheyAre() {
        String text = "@user  @ -- “[MASK]” //x";
        CommandRun run = CommandRun.of("fill-mask", "--json", "-m", MODEL, "--top-k", 1, "--", text, "-5 [MASK]");
        assertThat(run.status()).isZero();
        assertThat(run.json()).extracting(line -> line.path("text").asText()).containsExactly(text, "-5 [MASK]");
    }

    @Test
    void whatIsNoUtf8IsRefused() {
        byte[] latin1 = "schön [MASK]\n".getBytes(StandardCharsets.ISO_8859_1);
        CommandRun run = CommandRun.reading(latin1, "fill-mask", "-", "-m", MODEL);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("vitrail: Standard input is no text in UTF-8. try:  convert it");
    }

    @Test
    void aModelMustBeNamed() {
        CommandRun run = CommandRun.of("fill-mask", ONE);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("vitrail: Missing required option: '--model=M'\n");
    }

    @Test
    void wrongNumbersAndModelsOfOtherTasksAreRefused() {
        CommandRun none = CommandRun.of("fill-mask", "--top-k", "0", ONE, "-m", MODEL);
        assertThat(none.status()).isEqualTo(2);
        assertThat(none.err()).startsWith("vitrail: --top-k must be at least 1, not 0\n");
        CommandRun other = CommandRun.of("fill-mask", ONE, "-m", TEXT_TASKS.resolve("moods"));
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.err())
                .isEqualToIgnoringNewLines("vitrail: This checkpoint is of BertForSequenceClassification, which has no"
                        + " head for MASKED_WORD. try:  one whose class ends in ForMaskedLM. here: It reads texts alone, and"
                        + " serves the commands classify and embed.");
    }
}
