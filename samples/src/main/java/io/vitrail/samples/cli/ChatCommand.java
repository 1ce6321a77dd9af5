package io.vitrail.samples.cli;

import io.vitrail.fusion.PictureConversation;
import io.vitrail.fusion.VisionChat;
import io.vitrail.text.Conversation;
import io.vitrail.text.GeneratedText;
import io.vitrail.text.TextGenerator;
import io.vitrail.text.TextListener;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;
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
            "/reset forgets it, /exit ends.",
            "Example: ./vitrail chat --image photo.jpg --model HuggingFaceTB/SmolVLM-256M-Instruct"
        })
final class ChatCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TextModelOptions model;

    @Mixin
    private AdapterOption adapter;

    @Mixin
    private WritingOptions writing;

    @Option(names = "--system", paramLabel = "TEXT", description = "An instruction to the model, before all else.")
    private Optional<String> system;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "A picture to talk about, for models such as LLaVA and SmolVLM; once for each.")
    private List<Path> pictures = List.of();

    @Mixin
    private ReadingOptions reading;

    private boolean failed;

    /** A chat that goes on, with words alone or about pictures. */
    private record Talk(
            GenerationOptions options,
            Function<String, GeneratedText> say,
            BiFunction<String, TextListener, GeneratedText> aloud,
            Runnable reset,
            Runnable end)
            implements AutoCloseable {
        @Override
        public void close() {
            end.run();
        }
    }

    @Override
    public Integer call() {
        WrongCommandLine.unless(
                pictures.isEmpty() || system.isEmpty(), spec, "--system doesn't go together with --image");
        try (Talk talk = pictures.isEmpty() ? withWords() : aboutPictures();
                BufferedReader reader = Texts.reader()) {
            boolean goesOn = true;
            while (goesOn) {
                Optional<String> line = next(reader);
                goesOn = line.isPresent() && hear(line.get(), talk);
            }
            return failed ? Vitrail.FAILED : 0;
        } catch (IOException e) {
            throw Texts.unreadable(e);
        }
    }

    private Talk withWords() {
        Optional<String> instruction = system.map(Texts::readable);
        TextGenerator generator = GenerateCommand.open(model, adapter, writing);
        Conversation conversation = instruction.map(generator::conversation).orElseGet(generator::conversation);
        return new Talk(
                generator.options(), conversation::say, conversation::say, conversation::reset, generator::close);
    }

    private Talk aboutPictures() {
        ImageReader reader = reading.reader();
        List<Image> images = pictures.stream().map(reader::fromFile).toList();
        VisionChat chat = model.loadForPictures(adapter.over(VisionChat::load, VisionChat::loadMerged));
        try {
            GenerationOptions options = writing.over(chat.options());
            PictureConversation conversation = chat.withOptions(options).about(images);
            return new Talk(options, conversation::say, conversation::say, conversation::reset, chat::close);
        } catch (RuntimeException e) {
            chat.close();
            throw e;
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
    private boolean hear(String line, Talk talk) {
        switch (line.strip()) {
            case "" -> {
                return true;
            }
            case "/exit" -> {
                return false;
            }
            case "/reset" -> {
                talk.reset().run();
                return true;
            }
            default -> {
                return answer(line, talk);
            }
        }
    }

    private boolean answer(String line, Talk talk) {
        try {
            if (WritingOptions.comesPieceByPiece(talk.options()) && !writing.json()) {
                return writing.stream(listener -> talk.aloud().apply(line, listener));
            }
            GeneratedText answer = talk.say().apply(line);
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
