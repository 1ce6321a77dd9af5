package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.Aggregation;
import io.vitrail.text.Entity;
import io.vitrail.text.TokenClassifier;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Finds what parts of texts are. */
@Command(name = "tag", description = "Find what parts of texts are: names of persons and places, parts of speech.")
final class TagCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TextModelOptions model;

    @Mixin
    private AdapterOption adapter;

    @Mixin
    private TextOptions texts;

    @Option(
            names = "--aggregation",
            defaultValue = "SIMPLE",
            description = "How tokens become entities: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
    private Aggregation aggregation;

    @Option(
            names = "--stride",
            paramLabel = "N",
            description =
                    "Read long texts whole, in parts that share N tokens; else only what the model takes at once.")
    private Optional<Integer> stride;

    @Override
    public Integer call() {
        WrongCommandLine.unless(stride.orElse(0) >= 0, spec, "--stride can't be %d", stride.orElse(0));
        WrongCommandLine.unless(
                stride.isEmpty() || aggregation != Aggregation.NONE, spec, "--stride needs another --aggregation");
        TokenClassifier.Options plain = TokenClassifier.Options.DEFAULT.with(aggregation);
        TokenClassifier.Options options = stride.map(plain::withStride).orElse(plain);
        return texts.run(
                () -> model.load(adapter.over(
                        (folder, compute) -> TokenClassifier.load(folder, options, compute),
                        (folder, peft, compute) -> TokenClassifier.loadMerged(folder, peft, options, compute))),
                TokenClassifier::classify,
                this::print);
    }

    private void print(String text, List<Entity> entities) {
        PrintWriter out = texts.out();
        if (texts.json()) {
            Output.line(out, object(text, entities));
            return;
        }
        out.println(text);
        for (Entity entity : entities) {
            String part = text.substring(entity.start(), entity.end());
            out.printf(Locale.ROOT, "  %5.1f %%  %s  %s%n", 100 * entity.score(), entity.label(), part);
        }
        out.flush();
    }

    private static ObjectNode object(String text, List<Entity> entities) {
        ObjectNode line = Output.object().put("text", text);
        ArrayNode all = line.putArray("entities");
        for (Entity entity : entities) {
            all.addObject()
                    .put("label", entity.label())
                    .put("probability", Output.rounded(entity.score()))
                    .put("word", text.substring(entity.start(), entity.end()))
                    .put("start", entity.start())
                    .put("end", entity.end());
        }
        return line;
    }
}
