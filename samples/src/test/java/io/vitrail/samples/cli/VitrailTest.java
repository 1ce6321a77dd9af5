package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.vit.ImageClassifier;
import io.vitrail.vit.image.Image;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What all commands have in common: help, version, completion, and that whatever fails is told. */
class VitrailTest {
    private static final String EXIT_2 = "  2    wrong command line";

    @Test
    void helpNamesEveryCommandAndExitsWithZero() {
        CommandRun run = CommandRun.of("--help");
        assertThat(run.status()).isZero();
        assertThat(run.out())
                .startsWith("Usage: vitrail [-hV] COMMAND")
                .contains(
                        "classify",
                        "embed",
                        "generate",
                        "chat",
                        "text2text",
                        "fill-mask",
                        "tag",
                        "ask",
                        "match",
                        "attention",
                        "walkthrough",
                        "train",
                        "finetune",
                        "eval",
                        "verify",
                        "bench",
                        "info",
                        "doctor",
                        "help",
                        "generate-completion")
                .contains("Example: ./vitrail classify ");
        assertThat(run.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "classify",
                "embed",
                "generate",
                "chat",
                "text2text",
                "fill-mask",
                "tag",
                "ask",
                "match",
                "train",
                "finetune",
                "eval",
                "verify",
                "bench",
                "info",
                "doctor"
            })
    void everyCommandHasHelp(String command) {
        CommandRun run = CommandRun.of(command, "--help");
        assertThat(run.status()).isZero();
        assertThat(run.out()).startsWith("Usage: vitrail " + command).contains("--help", "--version");
        assertThat(run.lines()).endsWith("Exit status:", "  0    success", "  1    something failed", EXIT_2);
        assertThat(CommandRun.of("help", command).out()).isEqualTo(run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "classify --version", "eval classify -V"})
    void versionIsOneLine(String line) {
        CommandRun run = CommandRun.of((Object[]) line.split(" "));
        assertThat(run.status()).isZero();
        assertThat(run.lines()).singleElement().asString().startsWith("vitrail ");
    }

    @Test
    void shellsCanCompleteCommands() {
        CommandRun run = CommandRun.of("generate-completion");
        assertThat(run.status()).isZero();
        assertThat(run.out()).startsWith("#!/usr/bin/env bash").contains("vitrail", "classify", "--top-k");
    }

    @ParameterizedTest
    @ValueSource(classes = {StackOverflowError.class, OutOfMemoryError.class, UnsatisfiedLinkError.class})
    void errorsOfTheMachineAreFailuresToo(Class<? extends Error> kind) throws ReflectiveOperationException {
        Error error = kind.getConstructor().newInstance();
        CommandLine line = Vitrail.commandLine().addSubcommand("fail", new Failing(error));
        CommandRun run = CommandRun.of(line, "fail");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).isEqualToIgnoringNewLines("vitrail: " + FailureMessage.of(error));
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aModelThatTheEndOfTheProgramHasClosedIsNoFailureToTell() {
        CommandRun run = CommandRun.of(Vitrail.commandLine().addSubcommand("late", new Late()), "late");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).isEmpty();
    }

    @Command
    private record Late() implements Runnable {
        @Override
        public void run() {
            ImageClassifier closed = ImageClassifier.load(CommandRun.CHECKPOINT);
            closed.close();
            closed.classify(Image.fromFile(CommandRun.CHECKPOINT.resolve("photo.png")));
        }
    }

    @Command
    private record Failing(Error error) implements Runnable {
        @Override
        public void run() {
            throw error;
        }
    }
}
