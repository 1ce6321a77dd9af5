package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageReader;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The arguments of every command that gives an answer for each of some pictures, or of some texts if the model reads
 * those.
 */
final class InputOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Mixin
    private ReadingOptions reading;

    @Parameters(
            arity = "1..*",
            paramLabel = "IMAGE",
            description =
                    "Picture files; or texts, if the model reads texts: then - stands for those of standard input,"
                            + " one a line.")
    private List<String> inputs;

    @Option(names = "--text", description = "What is given are texts, even where files have such names.")
    private boolean text;

    @Option(names = "--json", description = "One JSON object per line; an input that failed has an \"error\".")
    private boolean json;

    boolean json() {
        return json;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    ModelOptions model() {
        return model;
    }

    /** Whether the inputs are texts. */
    boolean areTexts() {
        WrongCommandLine.unless(
                !text || model.isNamed(), spec, "--text needs --model M, a model that reads texts: none is embedded");
        if (text || !model.readsTextsOnly()) {
            return text;
        }
        for (String input : inputs) {
            WrongCommandLine.unless(
                    !Files.isRegularFile(Path.of(input)),
                    spec,
                    "the model reads texts, but '%s' is a file%n"
                            + "  try:  --text, if that is the text; - < FILE for the lines of a file.",
                    input);
        }
        return true;
    }

    /**
     * Runs the command's task over pictures.
     *
     * @param open loads what carries out the task, while the first pictures are being read
     * @return the exit status
     */
    <T extends AutoCloseable, R> int pictures(
            Supplier<T> open, BiFunction<T, List<Image>, List<R>> task, Items.Sink<Path, R> sink) {
        ImageReader reader = reading.reader();
        PictureFiles items = new PictureFiles(reader, out(), spec.commandLine().getErr(), json);
        return items.answer(inputs.stream().map(Path::of).toList(), open, task, sink);
    }

    /**
     * Runs the command's task over pictures and folders of them, into a file of results.
     *
     * @param line of a result
     * @return the exit status
     */
    <T extends AutoCloseable, R> int picturesInto(
            Path results,
            Supplier<T> open,
            BiFunction<T, List<Image>, List<R>> task,
            BiFunction<Path, R, ObjectNode> line) {
        BulkPictures bulk =
                new BulkPictures(reading.reader(), results, spec.commandLine().getErr());
        return bulk.run(inputs.stream().map(Path::of).toList(), open, task, line);
    }

    /** Runs the command's task over texts. */
    <T extends AutoCloseable, R> int texts(
            Supplier<T> open, BiFunction<T, List<String>, List<R>> task, Items.Sink<String, R> sink) {
        Texts items = new Texts(out(), spec.commandLine().getErr(), json);
        return items.answer(Texts.named(inputs), open, task, sink);
    }
}
