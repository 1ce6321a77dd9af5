package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.fusion.ExplainedAnswer;
import io.vitrail.fusion.ExplainedCaption;
import io.vitrail.fusion.ImageCaptioner;
import io.vitrail.fusion.VisualQuestionAnswerer;
import io.vitrail.vit.attention.WordMap;
import io.vitrail.vit.attention.WordPage;
import io.vitrail.vit.image.Image;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Of a model that writes about pictures: where the words of its caption, or of its answer, came from.
 *
 * @param question what is to be answered; without it, the picture is captioned
 * @param target the page to write
 * @param json whether numbers are asked for
 * @param spec of the command
 */
record PictureWords(
        ModelOptions model,
        ReadingOptions reading,
        Optional<String> question,
        Optional<Path> target,
        boolean json,
        CommandSpec spec) {
    private static final String ASK = "ask";

    /** What was written about a photo, and its words, behind those of the question. */
    private record Explained(Image photo, String text, List<WordMap> words) {
        static Explained of(Image photo, ExplainedCaption caption) {
            return new Explained(photo, caption.caption().text(), caption.words());
        }

        static Explained of(Image photo, ExplainedAnswer answer) {
            List<WordMap> all = Stream.concat(answer.question().stream(), answer.words().stream())
                    .toList();
            return new Explained(photo, answer.answer().text(), all);
        }
    }

    /** Whether a model writes about pictures, and has no attention of its own to show. */
    static boolean suit(List<String> served) {
        return !served.contains("attention") && (served.contains("caption") || served.contains(ASK));
    }

    /**
     * Explains what is written about a picture; gives the exit status.
     *
     * @param served what the model serves
     */
    int run(Path file, List<String> served) {
        check(served);
        PrintWriter out = spec.commandLine().getOut();
        PictureFiles files =
                new PictureFiles(reading.reader(), out, spec.commandLine().getErr(), json);
        List<Path> one = List.of(file);
        return question.isEmpty()
                ? files.answer(
                        one,
                        () -> model.loadForPicturesAndTexts(ImageCaptioner::load),
                        (captioner, photos) -> photos.stream()
                                .map(photo -> Explained.of(photo, captioner.explain(photo)))
                                .toList(),
                        this::show)
                : files.answer(
                        one,
                        () -> model.loadForPicturesAndTexts(VisualQuestionAnswerer::load),
                        (answerer, photos) -> photos.stream()
                                .map(photo -> Explained.of(photo, answerer.explain(photo, question.get())))
                                .toList(),
                        this::show);
    }

    private void check(List<String> served) {
        boolean asks = served.contains(ASK);
        WrongCommandLine.unless(asks || question.isEmpty(), spec, "--question is for models that answer questions");
        WrongCommandLine.unless(!asks || question.isPresent(), spec, "--question Q is missing: the model answers some");
        WrongCommandLine.unless(
                target.isEmpty()
                        || target.get().toString().toLowerCase(Locale.ROOT).endsWith(".html"),
                spec,
                "--out must end in .html for the words about a picture, not %s",
                target.map(Path::toString).orElse(""));
        WrongCommandLine.unless(target.isEmpty() || !json, spec, "a page shows all maps: leave out --json, or --out");
    }

    private void show(Path file, Explained explained) {
        PrintWriter out = spec.commandLine().getOut();
        if (target.isPresent()) {
            new WordPage(file.getFileName().toString(), explained.photo(), explained.words()).save(target.get());
            out.println(target.get() + ": where each word came from");
            out.flush();
        } else {
            Output.line(out, numbers(file, explained));
        }
    }

    private ObjectNode numbers(Path file, Explained explained) {
        ObjectNode line = Output.object().put("file", file.toString());
        question.ifPresent(asked -> line.put("question", asked));
        line.put("text", explained.text());
        ArrayNode words = line.putArray("words");
        for (WordMap word : explained.words()) {
            ObjectNode one = words.addObject()
                    .put("word", word.word())
                    .put("rows", word.map().grid().rows())
                    .put("columns", word.map().grid().columns());
            ArrayNode values = one.putArray("values");
            for (float value : word.map().values()) {
                values.add(value);
            }
        }
        return line;
    }
}
