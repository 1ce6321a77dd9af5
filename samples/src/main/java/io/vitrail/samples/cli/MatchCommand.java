package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.fusion.ImageTextMatcher;
import io.vitrail.fusion.ImageTextMatcher.Match;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says how well texts describe a picture. */
@Command(
        name = "match",
        description = {
            "Say how well each of some texts describes a picture.",
            "Example: ./vitrail match photo.jpg \"a cat\" \"two dogs\" --model Salesforce/blip-itm-base-coco"
        })
final class MatchCommand implements Callable<Integer> {
    /** Models for the task; none is embedded. */
    private static final String MODELS = "Salesforce/blip-itm-base-coco or dandelin/vilt-b32-finetuned-coco";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Mixin
    private AdapterOption adapter;

    @Mixin
    private ReadingOptions reading;

    @Parameters(index = "0", paramLabel = "IMAGE", description = "A picture file.")
    private Path picture;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "TEXT",
            description = "Texts; - stands for those of standard input, one a line.")
    private List<String> texts;

    @Option(names = "--json", description = "One JSON object per line and text; what failed has an \"error\".")
    private boolean json;

    @Override
    public Integer call() {
        PictureTextOptions.requireModel(model, MODELS, spec);
        List<String> all = Texts.named(texts);
        PictureFiles files =
                new PictureFiles(reading.reader(), out(), spec.commandLine().getErr(), json);
        return files.answer(
                List.of(picture),
                () -> model.loadForPicturesAndTexts(adapter.over(ImageTextMatcher::load, ImageTextMatcher::loadMerged)),
                (matcher, images) ->
                        images.stream().map(image -> matcher.match(image, all)).toList(),
                (file, matches) -> matches.forEach(match -> print(file, match)));
    }

    private void print(Path file, Match match) {
        if (json) {
            Output.line(out(), object(file, match));
            return;
        }
        String shown = match.probability().isPresent()
                ? String.format(
                        Locale.ROOT, "%5.1f %%", 100 * match.probability().getAsDouble())
                : String.format(Locale.ROOT, "%7.3f", match.score());
        out().println("  " + shown + "  " + match.text());
        out().flush();
    }

    private static ObjectNode object(Path file, Match match) {
        ObjectNode line = Output.object()
                .put("file", file.toString())
                .put("text", match.text())
                .put("score", Output.rounded(match.score()));
        match.probability().ifPresent(value -> line.put("probability", Output.rounded(value)));
        match.cosine().ifPresent(value -> line.put("cosine", Output.rounded(value)));
        return line;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
