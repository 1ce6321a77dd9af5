package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Grid;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.vit.TokenAxis;
import io.vitrail.vit.attention.AttentionPage;
import io.vitrail.vit.attention.HeatMap;
import io.vitrail.vit.attention.HeatOverlay;
import io.vitrail.vit.attention.ImageAttention;
import io.vitrail.vit.attention.PictureAttention;
import io.vitrail.vit.attention.Relevance;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageReader;
import java.io.File;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what a model looked at in a picture, or what the tokens of a text take from one another. */
@Command(
        name = "attention",
        description =
                "Show what a model looked at: a heat map over the picture, or a page with all maps. Of a text, what"
                        + " its tokens take from one another.",
        footer = {
            "",
            "Example: vitrail attention photo.jpg --out heat.png",
            "         vitrail attention photo.jpg --out heat.html",
            "         vitrail attention photo.jpg --out heat.png --layer 3 --head 0",
            "         vitrail attention photo.jpg --question 'what is it?' --model M --out words.html",
            "         vitrail attention 'The cat sat.' --model M --out page.html"
        })
final class AttentionCommand implements Callable<Integer> {
    private enum Method {
        RELEVANCE,
        ROLLOUT,
        ATTENTION
    }

    /** A map, and what it shows: for people, and as fields of an object. */
    private record Shown(HeatMap map, String name, ObjectNode fields) {}

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Mixin
    private ReadingOptions reading;

    @Parameters(paramLabel = "IMAGE", description = "Picture file; or a text, if the model reads texts.")
    private String input;

    @Option(names = "--text", description = "What is given is a text, even where a file has such a name.")
    private boolean text;

    @Option(
            names = "--target",
            paramLabel = "TEXT",
            description = "Of a model that reads one text and writes another: what it writes.")
    private Optional<String> written;

    @Option(names = "--question", paramLabel = "Q", description = "Of a model that answers questions: what is asked.")
    private Optional<String> question;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description =
                    "What to write: a picture (.png) as large as IMAGE, or a page (.html) with all layers and heads;"
                            + " of a text a page; of a model that captions pictures or answers questions a page of its"
                            + " words.")
    private Optional<Path> target;

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            description = "relevance: what speaks for a class (the default); rollout: what all layers together take up;"
                    + " attention: one layer's weights.")
    private Optional<Method> chosenMethod;

    @Option(
            names = "--class",
            paramLabel = "LABEL",
            description = "Of relevance: the class; else the most probable one.")
    private Optional<String> label;

    @Option(names = "--layer", paramLabel = "N", description = "Of attention: the layer, from 0; else the last.")
    private Optional<Integer> layer;

    @Option(names = "--head", paramLabel = "N", description = "Of attention: the head, from 0; else the mean of all.")
    private Optional<Integer> head;

    @Option(names = "--json", description = "The map's numbers as one JSON object.")
    private boolean json;

    private Path file;

    @Override
    public Integer call() {
        checkOutput();
        if (isText()) {
            return new TextMaps(model, written, target, layer, head, json, spec).run(input);
        }
        file = Path.of(input);
        checkOptions();
        List<String> served = model.isNamed() ? model.served().commands() : List.of();
        if (PictureWords.suit(served)) {
            WrongCommandLine.unless(
                    chosenMethod.isEmpty() && label.isEmpty() && layer.isEmpty() && head.isEmpty(),
                    spec,
                    "--method, --class, --layer and --head are for models that write nothing");
            return new PictureWords(model, reading, question, target, json, spec).run(file, served);
        }
        WrongCommandLine.unless(question.isEmpty(), spec, "--question is for models that answer questions");
        ImageReader reader = reading.reader();
        try (Opening<ImageAttention> opening = new Opening<>(this::open)) {
            PictureFiles pictures =
                    new PictureFiles(reader, out(), spec.commandLine().getErr(), json);
            int failed = pictures.run(
                    List.of(file),
                    opening::get,
                    (attention, images) -> List.of(show(attention, images.get(0))),
                    (path, name) -> tell(name));
            return failed == 0 ? 0 : Vitrail.FAILED;
        }
    }

    private ImageAttention open() {
        return model.load(
                (folder, compute) -> ImageAttention.load(folder, compute.device()),
                compute -> ImageAttention.embedded(compute.device()));
    }

    /** What a text and a picture have in common. */
    private void checkOutput() {
        WrongCommandLine.unless(
                target.isPresent() || json, spec, "--out FILE.png, --out FILE.html or --json is missing");
        WrongCommandLine.unless(
                model.precision() == Precision.FP32, spec, "attention is computed in FP32: leave out --precision");
        target.map(Path::toAbsolutePath)
                .map(Path::getParent)
                .ifPresent(folder -> Check.that(Files.isDirectory(folder), "There is no folder '%s'.", folder));
    }

    private boolean isText() {
        WrongCommandLine.unless(
                !text || model.isNamed(), spec, "--text needs --model M, a model that reads texts: none is embedded");
        boolean texts = text || model.readsTextsOnly();
        WrongCommandLine.unless(
                text || !texts || !new File(input).isFile(),
                spec,
                "the model reads texts, but '%s' is a file%n  try:  --text, if that is the text.",
                input);
        WrongCommandLine.unless(texts || written.isEmpty(), spec, "--target is for texts");
        WrongCommandLine.unless(
                !texts || chosenMethod.isEmpty() && label.isEmpty(), spec, "--method and --class are for pictures");
        return texts;
    }

    private void checkOptions() {
        boolean ofLayer = layer.isPresent() || head.isPresent();
        WrongCommandLine.unless(
                target.isEmpty() || isPage() || ending().equals("png"),
                spec,
                "--out must end in .png or .html, not %s",
                target.orElse(file));
        WrongCommandLine.unless(
                target.isEmpty() || !target.get().toAbsolutePath().equals(file.toAbsolutePath()),
                spec,
                "--out must be another file than IMAGE");
        WrongCommandLine.unless(
                !isPage() || chosenMethod.isEmpty() && !ofLayer && !json,
                spec,
                "a page shows all maps: leave out --method, --layer, --head and --json");
        WrongCommandLine.unless(
                !ofLayer || chosenMethod.orElse(Method.ATTENTION) == Method.ATTENTION,
                spec,
                "--layer and --head are for --method attention");
        WrongCommandLine.unless(
                label.isEmpty() || method() == Method.RELEVANCE, spec, "--class is for --method relevance");
    }

    private Method method() {
        return chosenMethod.orElse(layer.isPresent() || head.isPresent() ? Method.ATTENTION : Method.RELEVANCE);
    }

    private boolean isPage() {
        return target.isPresent() && ending().equals("html");
    }

    private String ending() {
        String name = target.orElseThrow().toString().toLowerCase(Locale.ROOT);
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** Writes what was asked for, and says what it shows. */
    private String show(ImageAttention attention, Image photo) {
        if (isPage()) {
            String title = file.getFileName().toString();
            Optional<Relevance> relevance = Optional.of(relevance(attention, photo));
            new AttentionPage(title, photo, attention.attend(photo), relevance).save(target.orElseThrow());
            return "all maps";
        }
        Shown shown = shown(attention, photo);
        target.ifPresent(path -> HeatOverlay.of(photo, shown.map()).save(path));
        if (json) {
            Output.line(out(), numbers(shown));
        }
        return shown.name();
    }

    private Shown shown(ImageAttention attention, Image photo) {
        return switch (method()) {
            case RELEVANCE -> {
                Relevance relevance = relevance(attention, photo);
                ObjectNode fields = fields();
                relevance.label().ifPresent(name -> fields.put("class", name));
                yield new Shown(
                        relevance.map(), "relevance for " + relevance.label().orElse("the picture's vector"), fields);
            }
            case ROLLOUT -> new Shown(attention.attend(photo).rollout(), "rollout of all layers", fields());
            case ATTENTION -> ofLayer(attention.attend(photo));
        };
    }

    private Shown ofLayer(PictureAttention attention) {
        int number = layer.orElse(attention.layers().size() - 1);
        ObjectNode fields = fields().put("layer", number);
        if (head.isEmpty()) {
            return new Shown(attention.mean(number), "layer " + number + ", mean over heads", fields);
        }
        String name = "layer " + number + ", head " + head.get();
        return new Shown(attention.map(number, head.get()), name, fields.put("head", head.get()));
    }

    private Relevance relevance(ImageAttention attention, Image photo) {
        return label.isPresent() ? attention.relevance(photo, label.get()) : attention.relevance(photo);
    }

    private ObjectNode fields() {
        ObjectNode fields = Output.object().put("file", file.toString());
        return fields.put("method", method().name().toLowerCase(Locale.ROOT));
    }

    /** The numbers, and where they lie in the picture's pixels: the first one's centre, and the way to the next. */
    private static ObjectNode numbers(Shown shown) {
        TokenAxis x = shown.map().columns();
        TokenAxis y = shown.map().rows();
        ObjectNode line = shown.fields();
        line.putArray("first").add(x.first()).add(y.first());
        line.putArray("pitch").add(x.pitch()).add(y.pitch());
        line.putArray("seen").add(x.start()).add(y.start()).add(x.end()).add(y.end());
        Grid grid = shown.map().grid();
        ArrayNode rows = line.putArray("values");
        for (int row = 0; row < grid.rows(); row++) {
            ArrayNode values = rows.addArray();
            for (int column = 0; column < grid.columns(); column++) {
                values.add(shown.map().at(row, column));
            }
        }
        return line;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private void tell(String name) {
        if (!json) {
            out().println(target.orElseThrow() + ": " + name);
            out().flush();
        }
    }
}
