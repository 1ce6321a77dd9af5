package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Embedding;
import io.vitrail.vit.fewshot.Examples;
import io.vitrail.vit.fewshot.FewShotClassifier;
import io.vitrail.vit.fewshot.FewShotMethod;
import io.vitrail.vit.fewshot.FrozenFeatures;
import io.vitrail.vit.fewshot.LinearProbe;
import io.vitrail.vit.fewshot.NearestMean;
import io.vitrail.vit.fewshot.TipAdapter;
import io.vitrail.vit.fewshot.TunedTipAdapter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Learns classes from a folder with a subfolder for each. */
@Command(name = "learn", description = "Learn the classes of the pictures in DIR/<label>/.")
final class FewShotLearnCommand implements Callable<Integer> {
    /** How classes are learned. */
    enum Method {
        MEAN(new NearestMean()),
        PROBE(LinearProbe.DEFAULT),
        TIP(TipAdapter.DEFAULT),
        TIP_F(TunedTipAdapter.DEFAULT);

        private final FewShotMethod method;

        Method(FewShotMethod method) {
            this.method = method;
        }
    }

    @Mixin
    private FewShotOptions options;

    @Parameters(paramLabel = "DIR", description = "A folder with a subfolder of pictures for each label.")
    private Path folder;

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Where the classes are saved.")
    private Path out;

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            defaultValue = "PROBE",
            description =
                    "${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}): the class whose examples' mean is nearest; a"
                            + " linear classifier; or, for models that read texts such as CLIP, like examples together"
                            + " with what the labels say, as they are or trained.")
    private Method method;

    @Option(
            names = "--eval",
            paramLabel = "DIR",
            description = "Then measure the accuracy on the pictures in DIR/<label>/.")
    private Optional<Path> evaluated;

    @Override
    public Integer call() {
        List<Path> files = PictureFiles.labelled(folder);
        List<Path> others = evaluated.map(PictureFiles::labelled).orElse(List.of());
        Output.makeFolder(out, "--out");
        try (FrozenFeatures features = options.features()) {
            if (method.method.readsNames()) {
                features.ofNames(List.of(PictureFiles.label(files.get(0)))); // if it can't, better before the pictures
            }
            Map<String, List<Embedding>> vectors = options.vectors(features, files, PictureFiles::label);
            Check.that(!vectors.isEmpty(), "None of the %d pictures in '%s' could be read.", files.size(), folder);
            Examples examples = new Examples(vectors);
            FewShotClassifier classifier = FewShotClassifier.learn(features, examples, method.method);
            classifier.save(out);
            print(files, examples);
            boolean all = examples.size() == files.size();
            return (others.isEmpty() || FewShotAccuracy.measure(classifier, others, options)) && all
                    ? 0
                    : Vitrail.FAILED;
        }
    }

    private void print(List<Path> files, Examples examples) {
        TreeSet<String> left = new TreeSet<>();
        files.forEach(file -> left.add(PictureFiles.label(file)));
        left.removeAll(examples.names());
        if (!left.isEmpty()) {
            options.err().println("vitrail: no picture of these could be read, so they aren't learned: " + left);
            options.err().flush();
        }
        if (options.json()) {
            ObjectNode counts = Output.object();
            examples.byClass().forEach((name, vectors) -> counts.put(name, vectors.size()));
            ObjectNode line = Output.object().put("saved", out.toString());
            Output.line(options.out(), line.set("classes", counts));
            return;
        }
        examples.byClass().forEach((name, vectors) -> options.out().printf("%5d  %s%n", vectors.size(), name));
        options.out()
                .printf(
                        "Learned %d classes from %d pictures; saved in %s.%n",
                        examples.names().size(), examples.size(), out);
        options.out().flush();
    }
}
