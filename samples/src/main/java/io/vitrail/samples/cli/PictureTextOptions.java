package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.GeneratedText;
import io.vitrail.text.TextListener;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageReader;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The arguments of every command that writes a text about each of some pictures. */
final class PictureTextOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Mixin
    private ReadingOptions reading;

    @Mixin
    private WritingOptions writing;

    @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Picture files; a folder stands for all in it.")
    private List<Path> pictures;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Write a JSON object for each picture to FILE, and go on where FILE ends if it is there.")
    private Optional<Path> out;

    /** What writes, and its model. */
    interface Writer extends AutoCloseable {
        GenerationOptions options();

        List<List<GeneratedText>> write(List<Image> images);

        GeneratedText write(Image image, TextListener listener);

        @Override
        void close();
    }

    ModelOptions model() {
        return model;
    }

    WritingOptions writing() {
        return writing;
    }

    /**
     * Writes a text about each picture with the model that the command line names; none is embedded.
     *
     * @param kind what a text is called in JSON
     * @param suggested hub names of models for the task
     * @return the exit status
     */
    int run(String kind, String suggested, Supplier<Writer> open) {
        requireModel(model, suggested, spec);
        return run(kind, open);
    }

    /**
     * Writes a text about each picture. A single one appears while it is being written.
     *
     * @param kind what a text is called in JSON
     * @return the exit status
     */
    int run(String kind, Supplier<Writer> open) {
        ImageReader reader = reading.reader();
        if (out.isPresent()) {
            return new BulkPictures(reader, out.get(), err())
                    .run(
                            pictures,
                            () -> single(open.get()),
                            Writer::write,
                            (file, texts) -> object(kind, file, texts.get(0)));
        }
        try (Opening<Writer> opening = new Opening<>(open)) {
            if (isOnePicture() && !writing.json()) {
                Image picture = reader.fromFile(pictures.get(0));
                Writer writer = opening.get();
                if (WritingOptions.comesPieceByPiece(writer.options())) {
                    writing.stream(listener -> writer.write(picture, listener));
                    return 0;
                }
            }
            Figures figures = new Figures();
            PictureFiles files = new PictureFiles(reader, out(), err(), writing.json());
            int failed = files.run(PictureFiles.expanded(pictures), opening::get, Writer::write, (file, texts) -> {
                figures.add(texts);
                print(kind, file, texts);
            });
            writing.tell(figures);
            return failed == 0 ? 0 : Vitrail.FAILED;
        }
    }

    static void requireModel(ModelOptions model, String suggested, CommandSpec spec) {
        WrongCommandLine.unless(
                model.isNamed(),
                spec,
                "--model M is missing: none is embedded for this%n  try:  --model with a checkpoint's folder, or a hub"
                        + " name such as %s",
                suggested);
    }

    private Writer single(Writer writer) {
        int texts = writer.options().returnedSequences();
        if (texts > 1) {
            writer.close();
        }
        WrongCommandLine.unless(texts == 1, spec, "--out takes one text for each picture, not %d", texts);
        return writer;
    }

    private void print(String kind, Path file, List<GeneratedText> texts) {
        if (writing.json()) {
            texts.forEach(text -> Output.line(out(), object(kind, file, text)));
            return;
        }
        String indent = isOnePicture() ? "" : "  ";
        if (!isOnePicture()) {
            out().println(file);
        }
        texts.forEach(text -> out().println(indent + text.text().strip()));
        out().flush();
    }

    private boolean isOnePicture() {
        return pictures.size() == 1 && !Files.isDirectory(pictures.get(0));
    }

    private static ObjectNode object(String kind, Path file, GeneratedText text) {
        return Output.object()
                .put("file", file.toString())
                .put(kind, text.text())
                .put("score", Output.rounded(text.meanLogProbability()));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
