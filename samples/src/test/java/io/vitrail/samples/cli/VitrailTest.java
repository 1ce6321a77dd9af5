package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.transformer.weights.CheckpointException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What all commands have in common: help, exit status 2 for a wrong command line, and how failures read. */
class VitrailTest {
    @Test
    void helpNamesEveryCommandAndExitsWithZero() {
        CommandRun run = CommandRun.of("--help");
        assertThat(run.status()).isZero();
        assertThat(run.out())
                .startsWith("Usage: vitrail [-hV] COMMAND")
                .contains("classify", "embed", "train", "eval", "verify", "bench", "help", "generate-completion")
                .contains("Exit status: 0 success, 1 something failed, 2 wrong command line.");
        assertThat(run.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"classify", "embed", "train", "eval", "verify", "bench"})
    void everyCommandHasHelp(String command) {
        CommandRun run = CommandRun.of(command, "--help");
        assertThat(run.status()).isZero();
        assertThat(run.out()).startsWith("Usage: vitrail " + command).contains("--help");
        assertThat(CommandRun.of("help", command).out()).isEqualTo(run.out());
    }

    @Test
    void versionIsOneLine() {
        CommandRun run = CommandRun.of("--version");
        assertThat(run.status()).isZero();
        assertThat(run.lines()).singleElement().asString().startsWith("vitrail ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"classify photo.jpg", "embed photo.jpg", "verify goldens", "bench", "eval"})
    void anUnknownOptionIsAWrongCommandLine(String command) {
        CommandRun run = CommandRun.of((Object[]) (command + " --colour red").split(" "));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--colour");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void anUnknownCommandIsAWrongCommandLine() {
        CommandRun run = CommandRun.of("clasify", "photo.jpg");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("clasify").contains("classify");
    }

    @ParameterizedTest
    @ValueSource(strings = {"classify", "embed", "verify"})
    void missingFilesAreAWrongCommandLine(String command) {
        CommandRun run = CommandRun.of(command);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("Missing required parameter");
    }

    @Test
    void noCommandAtAllIsAWrongCommandLine() {
        CommandRun run = CommandRun.of();
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("Missing required subcommand");
        CommandRun eval = CommandRun.of("eval");
        assertThat(eval.status()).isEqualTo(2);
        assertThat(eval.err()).startsWith("Missing the task, such as: eval classify DIR");
    }

    @Test
    void shellsCanCompleteCommands() {
        CommandRun run = CommandRun.of("generate-completion");
        assertThat(run.status()).isZero();
        assertThat(run.out()).startsWith("#!/usr/bin/env bash").contains("vitrail", "classify", "--top-k");
    }

    @Test
    void failuresSpeakOurWordsOrNameTheirKind() {
        assertThat(Vitrail.message(new IllegalArgumentException("Wrong size."))).isEqualTo("Wrong size.");
        assertThat(Vitrail.message(new CheckpointException("No weights."))).isEqualTo("No weights.");
        assertThat(Vitrail.message(new IllegalStateException("broken"))).isEqualTo("IllegalStateException: broken");
        assertThat(Vitrail.message(new IllegalStateException((String) null))).isEqualTo("IllegalStateException");
        assertThat(Vitrail.message(new RuntimeException(" ", new IllegalArgumentException("Wrong size."))))
                .isEqualTo("Wrong size.");
    }
}
