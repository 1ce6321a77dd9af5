package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.vit.Classification;
import io.vitrail.vit.ImageClassifier;
import io.vitrail.vit.ScoredLabel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what pictures show. */
@Command(name = "classify", description = "Say what pictures show.")
final class ClassifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Mixin
    private PictureOptions pictures;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "5",
            description = "Labels to print (default ${DEFAULT-VALUE}).")
    private int topK;

    @Override
    public Integer call() {
        WrongCommandLine.unless(topK >= 1, spec, "--top-k must be at least 1, not %d", topK);
        return pictures.run(this::open, ImageClassifier::classify, this::print);
    }

    private ImageClassifier open() {
        return model.load(ImageClassifier::load, ImageClassifier::embedded);
    }

    private void print(Path file, Classification classification) {
        PrintWriter out = pictures.out();
        if (pictures.json()) {
            Output.line(out, object(file, classification));
            return;
        }
        out.println(file);
        for (ScoredLabel label : classification.top(topK)) {
            out.printf(Locale.ROOT, "  %5.1f %%  %s%n", 100 * label.probability(), label.label());
        }
        if (classification.isUnsure()) {
            out.printf(
                    "  none of my %d classes, probably%n",
                    classification.labels().size());
        }
        out.flush();
    }

    private ObjectNode object(Path file, Classification classification) {
        ObjectNode line = Output.object().put("file", file.toString());
        ArrayNode labels = line.putArray("labels");
        for (ScoredLabel label : classification.top(topK)) {
            labels.addObject().put("label", label.label()).put("probability", Output.rounded(label.probability()));
        }
        if (classification.isUnsure()) {
            line.put("unsure", true);
        }
        return line;
    }
}
