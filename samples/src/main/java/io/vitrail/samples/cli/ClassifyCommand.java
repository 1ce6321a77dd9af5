package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.vit.Classification;
import io.vitrail.vit.ImageClassifier;
import io.vitrail.vit.ScoredLabel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what pictures show. */
@Command(name = "classify", description = "Say what pictures show.", mixinStandardHelpOptions = true)
final class ClassifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Picture files.")
    private List<Path> files;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "5",
            description = "Labels to print (default ${DEFAULT-VALUE}).")
    private int topK;

    @Option(names = "--json", description = "One JSON object per line.")
    private boolean json;

    @Override
    public Integer call() {
        if (topK < 1) {
            throw new ParameterException(spec.commandLine(), "--top-k must be at least 1, not " + topK);
        }
        PrintWriter out = spec.commandLine().getOut();
        try (Opening<ImageClassifier> opening = new Opening<>(this::open)) {
            PictureFiles pictures = new PictureFiles(out, spec.commandLine().getErr(), json);
            int failed = pictures.run(files, opening::get, ImageClassifier::classify, this::print);
            return failed == 0 ? 0 : Vitrail.FAILED;
        }
    }

    private ImageClassifier open() {
        return model.folder()
                .map(folder -> ImageClassifier.load(folder, model.compute()))
                .orElseGet(() -> ImageClassifier.embedded(model.compute()));
    }

    private void print(Path file, Classification classification) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
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
