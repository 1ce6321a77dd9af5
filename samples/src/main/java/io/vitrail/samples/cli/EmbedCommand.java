package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.vit.Embedding;
import io.vitrail.vit.ImageEmbedder;
import io.vitrail.vit.Pooling;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Turns pictures into vectors. */
@Command(name = "embed", description = "Turn pictures into vectors.", mixinStandardHelpOptions = true)
final class EmbedCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Picture files.")
    private List<Path> files;

    @Option(
            names = "--pooling",
            defaultValue = "POOLED",
            description = "${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}: as the model's family does it).")
    private Pooling pooling;

    @Option(names = "--raw", description = "Don't divide the vectors by their length.")
    private boolean raw;

    @Option(names = "--json", description = "One JSON object per line; otherwise file, tab, numbers.")
    private boolean json;

    @Override
    public Integer call() {
        ImageEmbedder.Length length = raw ? ImageEmbedder.Length.RAW : ImageEmbedder.Length.UNIT;
        ImageEmbedder.Options options = new ImageEmbedder.Options(pooling, length);
        try (Opening<ImageEmbedder> opening = new Opening<>(() -> open(options))) {
            PictureFiles pictures = new PictureFiles(
                    spec.commandLine().getOut(), spec.commandLine().getErr(), json);
            int failed = pictures.run(files, opening::get, ImageEmbedder::embed, this::print);
            return failed == 0 ? 0 : Vitrail.FAILED;
        }
    }

    private ImageEmbedder open(ImageEmbedder.Options options) {
        return model.folder()
                .map(folder -> ImageEmbedder.load(folder, options, model.compute()))
                .orElseGet(() -> ImageEmbedder.embedded(options, model.compute()));
    }

    private void print(Path file, Embedding embedding) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
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
