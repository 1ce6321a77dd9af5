package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Embedding;
import io.vitrail.vit.ImageEmbedder;
import io.vitrail.vit.Pooling;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Turns pictures into vectors. */
@Command(name = "embed", description = "Turn pictures into vectors; without --json, a line each: file, tab, numbers.")
final class EmbedCommand implements Callable<Integer> {
    @Mixin
    private ModelOptions model;

    @Mixin
    private PictureOptions pictures;

    @Option(
            names = "--pooling",
            defaultValue = "POOLED",
            description = "${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}: as the model's family does it).")
    private Pooling pooling;

    @Option(names = "--raw", description = "Don't divide the vectors by their length.")
    private boolean raw;

    @Override
    public Integer call() {
        return pictures.run(this::open, ImageEmbedder::embed, this::print);
    }

    private ImageEmbedder open() {
        ImageEmbedder.Length length = raw ? ImageEmbedder.Length.RAW : ImageEmbedder.Length.UNIT;
        ImageEmbedder.Options options = new ImageEmbedder.Options(pooling, length);
        return model.load(
                (folder, compute) -> ImageEmbedder.load(folder, options, compute),
                compute -> ImageEmbedder.embedded(options, compute));
    }

    private void print(Path file, Embedding embedding) {
        PrintWriter out = pictures.out();
        if (pictures.json()) {
            ObjectNode line = Output.object().put("file", file.toString());
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
        out.println(file + "\t" + numbers);
        out.flush();
    }
}
