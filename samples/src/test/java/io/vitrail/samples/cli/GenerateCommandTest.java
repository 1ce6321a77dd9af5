package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.TEXT_TASKS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code generate PROMPT…}, and the options of all commands that write. */
class GenerateCommandTest {
    private static final Path MODEL = TEXT_TASKS.resolve("tales");
    private static final String PROMPT = "the cat is on the table";

    private static CommandRun generate(Object... arguments) {
        Object[] all = new Object[arguments.length + 5];
        System.arraycopy(new Object[] {"generate", "-m", MODEL, "--max-new-tokens", 8}, 0, all, 0, 5);
        System.arraycopy(arguments, 0, all, 5, arguments.length);
        return CommandRun.of(all);
    }

    @Test
    void aSinglePromptGivesItsTextAndNothingElse() {
        CommandRun run = generate(PROMPT);
        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
        JsonNode line = generate("--json", PROMPT).json().get(0);
        assertThat(run.out()).isEqualTo(line.path("text").asText() + System.lineSeparator());
    }

    @Test
    void jsonTellsTheTextItsTokensAndWhyItEnded() {
        CommandRun run = generate("--json", PROMPT, "");
        assertThat(run.status()).isZero();
        assertThat(run.json()).hasSize(2);
        JsonNode line = run.json().get(0);
        assertThat(line.fieldNames()).toIterable().containsExactly("prompt", "text", "promptTokens", "tokens", "end");
        assertThat(line.path("prompt").asText()).isEqualTo(PROMPT);
        assertThat(line.path("promptTokens").asInt()).isGreaterThan(5);
        assertThat(line.path("tokens").asInt()).isEqualTo(8);
        assertThat(line.path("end").asText()).isEqualTo("length");
        assertThat(run.json().get(1).path("promptTokens").asInt()).isEqualTo(1);
    }

    @Test
    void severalPromptsAreNamedBeforeTheirTexts() {
        List<String> lines = generate("a", "b").lines();
        assertThat(lines).contains("a", "b").first().isEqualTo("a");
        assertThat(lines.get(1)).startsWith("  ");
    }

    @Test
    void beamSearchAndDrawsGiveVariants() {
        CommandRun beams = generate("--json", "--beams", 3, "--variants", 2, PROMPT);
        assertThat(beams.json()).hasSize(2);
        double best = beams.json().get(0).path("score").asDouble();
        assertThat(best)
                .isGreaterThanOrEqualTo(beams.json().get(1).path("score").asDouble());
        assertThat(generate("--beams", 3, PROMPT).out())
                .isEqualTo(beams.json().get(0).path("text").asText() + System.lineSeparator());
        List<Object> draws = List.of("--sample", "--seed", 5, "--temperature", 1.5, "--top-k", 40, "--top-p", 0.9, "a");
        assertThat(generate(draws.toArray()).out())
                .isEqualTo(generate(draws.toArray()).out())
                .isNotEqualTo(generate("--sample", "--seed", 6, "--temperature", 1.5, "a")
                        .out());
    }

    @Test
    void aTextEndsBehindAStopString() {
        String text = generate("--json", PROMPT).json().get(0).path("text").asText();
        String stop = text.substring(1, 2);
        JsonNode line = generate("--json", "--stop", "never", "--stop", stop, PROMPT)
                .json()
                .get(0);
        assertThat(line.path("end").asText()).isEqualTo("stop_string");
        assertThat(text).startsWith(line.path("text").asText());
        assertThat(line.path("text").asText()).contains(stop);
    }

    @Test
    void verboseTellsTheSpeedOnStandardError() {
        CommandRun run = generate("-v", PROMPT);
        assertThat(run.out()).isEqualTo(generate(PROMPT).out());
        assertThat(run.err())
                .matches("\\d+ tokens read, 8 written in [\\d.]+ s: [\\d.]+ a second;"
                        + " the first after [\\d.]+ s, then [\\d.]+ a second\\R");
        assertThat(generate("--verbose", "a", "b").err())
                .matches("\\d+ tokens read, 16 written in [\\d.]+ s: [\\d.]+ a second\\R");
    }

    @Test
    void onePromptThatFailsIsReportedAndTheOthersAreContinued() {
        String longer = "cat ".repeat(200);
        Path model = TEXT_TASKS.resolve("stories");
        CommandRun run = CommandRun.of("generate", longer, "a", "--max-new-tokens", 8, "-m", model);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.lines()).first().isEqualTo("a");
        assertThat(run.err()).startsWith("vitrail: 'cat cat ").contains("the model's positions end at 48");
        CommandRun alone = CommandRun.of("generate", longer, "-m", model);
        assertThat(alone.status()).isEqualTo(1);
        assertThat(alone.out()).isEmpty();
        assertThat(alone.err().lines()).singleElement().asString().contains("the model's positions end at 48");
        CommandRun json = CommandRun.of("generate", "--json", longer, "-m", model);
        assertThat(json.status()).isEqualTo(1);
        assertThat(json.json().get(0).fieldNames()).toIterable().containsExactly("prompt", "error");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--temperature 0.5 | --temperature, --top-k, --top-p, --min-p and --seed need --sample",
                "--seed 1 | --temperature, --top-k, --top-p, --min-p and --seed need --sample",
                "--length-penalty 2 | --length-penalty needs --beams",
                "--max-new-tokens=0 | --max-new-tokens must be positive, not 0.",
                "--sample --top-p 3 | --top-p must be within 0 and 1, not 3.0.",
                "--sample --temperature NaN | --temperature must be positive, not NaN.",
                "--beams 0 | --beams must be 1 to 1024, not 0.",
                "--variants 2 | There are 1 beams, so there can't be 2 variants.",
                "--min-new-tokens 9 | --min-new-tokens (9) is larger than --max-new-tokens (8).",
                "--seed many | Invalid value for option '--seed': 'many' is not a whole number",
            })
    void optionsThatCannotBeAreAWrongCommandLine(String options, String error) {
        String given = options.startsWith("--max-new-tokens") ? options : "--max-new-tokens 8 " + options;
        String line = "generate a -m " + MODEL + " " + given;
        CommandRun run = CommandRun.of((Object[]) line.split(" "));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("vitrail: " + error);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aModelThatWritesNothingIsRefused() {
        CommandRun run = CommandRun.of("generate", "a", "-m", TEXT_TASKS.resolve("moods"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("vitrail: This checkpoint is of BertForSequenceClassification");
    }

    @Test
    void textsAreMadeOfTexts() {
        Path model = TEXT_TASKS.resolve("prefixes");
        CommandRun plain =
                CommandRun.of("text2text", "--max-new-tokens", 8, "translate English to German: a cat", "-m", model);
        assertThat(plain.status()).isZero();
        CommandRun prefixed = CommandRun.of(
                "text2text",
                "--max-new-tokens",
                8,
                "--prefix",
                "translate English to German: ",
                "--json",
                "a cat",
                "-m",
                model);
        JsonNode line = prefixed.json().get(0);
        assertThat(line.fieldNames()).toIterable().containsExactly("source", "text", "promptTokens", "tokens", "end");
        assertThat(line.path("source").asText()).isEqualTo("a cat");
        assertThat(plain.out()).isEqualTo(line.path("text").asText() + System.lineSeparator());
        JsonNode task = CommandRun.of("text2text", "--task", "summarization", "--json", "a cat", "-m", model)
                .json()
                .get(0);
        assertThat(task.path("tokens").asInt()).isEqualTo(13);
        assertThat(task.has("score")).isTrue();
        CommandRun unknown = CommandRun.of("text2text", "--task", "poetry", "a", "-m", model);
        assertThat(unknown.status()).isEqualTo(2);
        assertThat(unknown.err())
                .startsWith("vitrail: the checkpoint knows no --task poetry; it knows [summarization,");
    }
}
