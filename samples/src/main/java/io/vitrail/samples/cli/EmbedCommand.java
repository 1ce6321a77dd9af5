package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.TextEmbedder;
import io.vitrail.text.TextPooling;
import io.vitrail.transformer.Embedding;
import io.vitrail.vit.EmbeddedCheckpoint;
import io.vitrail.vit.ImageEmbedder;
import io.vitrail.vit.Pooling;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Turns pictures or texts into vectors. */
@Command(
        name = "embed",
        description = "Turn pictures, or texts, into vectors; without --json, a line each: input, tab, numbers.")
final class EmbedCommand implements Callable<Integer> {
    /** How tokens become one vector. */
    enum PoolingChoice {
        POOLED(Optional.of(Pooling.POOLED), Optional.of(TextPooling.POOLED)),
        CLASS_TOKEN(Optional.of(Pooling.CLASS_TOKEN), Optional.of(TextPooling.FIRST)),
        MEAN(Optional.of(Pooling.MEAN), Optional.of(TextPooling.MEAN)),
        MAX(Optional.empty(), Optional.of(TextPooling.MAX));

        private final Optional<Pooling> ofPictures;
        private final Optional<TextPooling> ofTexts;

        PoolingChoice(Optional<Pooling> ofPictures, Optional<TextPooling> ofTexts) {
            this.ofPictures = ofPictures;
            this.ofTexts = ofTexts;
        }
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private InputOptions inputs;

    @Mixin
    private AdapterOption adapter;

    @Option(
            names = "--pooling",
            description = "${COMPLETION-CANDIDATES}; without it POOLED for pictures, as the model's family does it, and"
                    + " for texts what the checkpoint says, or else MEAN. MAX is for texts alone.")
    private Optional<PoolingChoice> pooling;

    @Option(names = "--raw", description = "Don't divide the vectors by their length.")
    private boolean raw;

    @Override
    public Integer call() {
        return inputs.areTexts()
                ? inputs.texts(this::openForTexts, TextEmbedder::embed, (text, vector) -> print("text", text, vector))
                : pictures();
    }

    private int pictures() {
        Optional<Pooling> chosen = pooling.orElse(PoolingChoice.POOLED).ofPictures;
        WrongCommandLine.unless(
                chosen.isPresent(), spec, "--pooling MAX is for texts; for pictures: %s", List.of(Pooling.values()));
        return inputs.pictures(
                () -> open(chosen.get()),
                ImageEmbedder::embed,
                (file, vector) -> print("file", file.toString(), vector));
    }

    private ImageEmbedder open(Pooling chosen) {
        ImageEmbedder.Length length = raw ? ImageEmbedder.Length.RAW : ImageEmbedder.Length.UNIT;
        ImageEmbedder.Options options = new ImageEmbedder.Options(chosen, length);
        AdapterOption.Merging<ImageEmbedder> merging =
                (folder, peft, compute) -> ImageEmbedder.loadMerged(folder, peft, options, compute);
        return inputs.model()
                .load(
                        adapter.over((folder, compute) -> ImageEmbedder.load(folder, options, compute), merging),
                        adapter.over(
                                compute -> ImageEmbedder.embedded(options, compute),
                                EmbeddedCheckpoint::unpack,
                                merging));
    }

    private TextEmbedder openForTexts() {
        TextEmbedder.Length length = raw ? TextEmbedder.Length.RAW : TextEmbedder.Length.UNIT;
        Optional<TextPooling> chosen = pooling.flatMap(choice -> choice.ofTexts);
        TextEmbedder.Options options = new TextEmbedder.Options(chosen, length);
        return inputs.model()
                .loadForTexts(adapter.over(
                        (folder, compute) -> TextEmbedder.load(folder, options, compute),
                        (folder, peft, compute) -> TextEmbedder.loadMerged(folder, peft, options, compute)));
    }

    private void print(String kind, String input, Embedding embedding) {
        PrintWriter out = inputs.out();
        if (inputs.json()) {
            ObjectNode line = Output.object().put(kind, input);
            ArrayNode values = line.putArray("embedding");
            for (float value : embedding.values()) {
                values.add(value);
            }
            Output.line(out, line);
            return;
        }
        StringJoiner numbers = new StringJoiner(" ");
        for (float value : embedding.values()) {
            numbers.add(Float.toString(value));
        }
        out.println(input.replaceAll("[\\t\\r\\n]", " ") + "\t" + numbers);
        out.flush();
    }
}
