package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A wrong command line: exit status 2, a line that says what is wrong, and a line that leads to the help. */
class WrongCommandLineTest {
    private static final String COMMANDS =
            "classify, zero-shot, few-shot, embed, search, caption, read, generate, chat, text2text, fill-mask, tag, ask,"
                    + " match, attention, walkthrough, train, finetune, eval, verify, bench, info, doctor, help, generate-completion";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                     | name a command: " + COMMANDS,
                "clasify photo.jpg      | no command named clasify (did you mean classify?); commands: " + COMMANDS,
                "juggle                 | no command named juggle; commands: " + COMMANDS,
                "generat text           | no command named generat (did you mean generate?); commands: " + COMMANDS,
                "--colour               | no option named --colour; options: --help, --version"
            })
    void namesTheCommandsThatThereAre(String line, String message) {
        assertRefused(line, message, "vitrail");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "classify               | classify | Missing required parameter: 'IMAGE'",
                "embed                  | embed    | Missing required parameter: 'IMAGE'",
                "zero-shot x            | zero-shot | Missing required option: '--labels=LABEL'",
                "zero-shot x --labels a --top-k 0 | zero-shot | --top-k must be at least 1, not 0",
                "verify                 | verify   | Missing required parameter: 'DIR'",
                "generate a             | generate | Missing required option: '--model=M'",
                "chat                   | chat     | Missing required option: '--model=M'",
                "text2text -m M         | text2text | Missing required parameter: 'TEXT'",
                "fill-mask a --top-k 0 -m M | fill-mask | --top-k must be at least 1, not 0",
                "classify --top-k k x   | classify | Invalid value for option '--top-k': 'k' is not a whole number up "
                        + "to 2147483647",
                "classify --model       | classify | Missing required parameter for option '--model' (M)",
                "embed x --fast-jpeg 0  | embed    | --fast-jpeg must be at least 1, not 0",
                "embed x --max-pixels 0 | embed    | --max-pixels must be at least 1, not 0",
                "embed x --background w | embed    | --background must be like FFFFFF (white), not w",
                "bench now              | bench    | bench doesn't know what to do with 'now'",
                "eval                   | eval     | Missing the task, such as: eval classify DIR",
                "eval clasify           | eval     | no command named clasify (did you mean classify?); commands: "
                        + "classify, caption",
                "verify x --pth fast    | verify   | no option named --pth (did you mean --path?); options: --dump, "
                        + "--help, --path, --precision, --version",
                "classify x --josn      | classify | no option named --josn (did you mean --json?); options:"
                        + " --adapter, --background, --device, --fast-jpeg, --help, --json, --max-pixels, --model,"
                        + " --out, --precision, --scale-grey, --text, --top-k, --version",
                "classify x --pre=AUTO  | classify | no option named --pre (did you mean --precision?); options:"
                        + " --adapter, --background, --device, --fast-jpeg, --help, --json, --max-pixels, --model,"
                        + " --out, --precision, --scale-grey, --text, --top-k, --version",
                "bench --colour=red     | bench    | no option named --colour; options: --batch, --device, --help, "
                        + "--json, --model, --precision, --runs, --version"
            })
    void saysWhatACommandNeeds(String line, String command, String message) {
        assertRefused(line, message, "vitrail " + command);
    }

    private static void assertRefused(String line, String message, String help) {
        CommandRun run = CommandRun.of((Object[]) (line.isEmpty() ? new String[0] : line.split(" ")));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err().lines()).containsExactly("vitrail: " + message, "see: " + help + " --help");
        assertThat(run.out()).isEmpty();
    }
}
