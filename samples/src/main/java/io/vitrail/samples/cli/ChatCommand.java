package io.vitrail.samples.cli;

import io.vitrail.text.Conversation;
import io.vitrail.text.GeneratedText;
import io.vitrail.text.TextGenerator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Talks with a model. */
@Command(
        name = "chat",
        description = {
            "Talk with a model, line by line, from the terminal or from a pipe. It remembers what was said.",
            "/reset forgets it, /exit ends."
        })
final class ChatCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TextModelOptions model;

    @Mixin
    private WritingOptions writing;

    @Option(names = "--system", paramLabel = "TEXT", description = "An instruction to the model, before all else.")
    private Optional<String> system;

    private boolean failed;

    @Override
    public Integer call() {
        Optional<String> instruction = system.map(Texts::readable);
        try (TextGenerator generator = GenerateCommand.open(model, writing);
                BufferedReader reader = Texts.reader()) {
            Conversation conversation = instruction.map(generator::conversation).orElseGet(generator::conversation);
            boolean pieces = WritingOptions.comesPieceByPiece(generator.options());
            boolean goesOn = true;
            while (goesOn) {
                Optional<String> line = next(reader);
                goesOn = line.isPresent() && hear(line.get(), conversation, pieces);
            }
            return failed ? Vitrail.FAILED : 0;
        } catch (IOException e) {
            throw Texts.unreadable(e);
        }
    }

    private Optional<String> next(BufferedReader reader) throws IOException {
        if (System.console() != null) {
            out().print("> ");
            out().flush();
        }
        return Optional.ofNullable(reader.readLine());
    }

    /** Does what a line asks for, and says whether the chat goes on. */
    private boolean hear(String line, Conversation conversation, boolean pieces) {
        switch (line.strip()) {
            case "" -> {
                return true;
            }
            case "/exit" -> {
                return false;
            }
            case "/reset" -> {
                conversation.reset();
                return true;
            }
            default -> {
                return answer(line, conversation, pieces);
            }
        }
    }

    private boolean answer(String line, Conversation conversation, boolean pieces) {
        try {
            if (pieces && !writing.json()) {
                return writing.stream(listener -> conversation.say(line, listener));
            }
            GeneratedText answer = conversation.say(line);
            if (writing.json()) {
                Output.line(out(), WritingOptions.object("prompt", line, answer));
            } else {
                out().println(answer.text());
                out().flush();
            }
        } catch (IllegalArgumentException e) {
            failed = true;
            report(line, FailureMessage.of(e));
        }
        return true;
    }

    private void report(String line, String error) {
        if (writing.json()) {
            Output.line(out(), Output.object().put("prompt", line).put("error", error));
        } else {
            spec.commandLine().getErr().println("vitrail: " + error);
            spec.commandLine().getErr().flush();
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
