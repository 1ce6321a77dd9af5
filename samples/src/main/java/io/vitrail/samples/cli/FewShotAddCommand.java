package io.vitrail.samples.cli;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.Embedding;
import io.vitrail.vit.fewshot.Examples;
import io.vitrail.vit.fewshot.FewShotClassifier;
import io.vitrail.vit.fewshot.FrozenFeatures;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Adds a class, or further pictures of one, to those that were learned. */
@Command(name = "add", description = "Add a class, or further pictures of one, to what was learned.")
final class FewShotAddCommand implements Callable<Integer> {
    @Mixin
    private FewShotOptions options;

    @Parameters(index = "0", paramLabel = "FOLDER", description = "Where the classes were saved.")
    private Path folder;

    @Parameters(index = "1", paramLabel = "LABEL", description = "Name of the class.")
    private String label;

    @Parameters(index = "2..*", arity = "1..*", paramLabel = "IMAGE", description = "Pictures of it.")
    private List<Path> pictures;

    @Override
    public Integer call() {
        try (FewShotClassifier classifier = options.load(folder)) {
            FrozenFeatures features = classifier.features();
            List<Embedding> vectors =
                    options.vectors(features, pictures, file -> label).getOrDefault(label, List.of());
            Check.that(!vectors.isEmpty(), "None of the pictures could be read; nothing was added.");
            Examples examples = classifier.examples().with(label, vectors);
            FewShotClassifier.learn(features, examples, classifier.method()).save(folder);
            options.err().printf("%d pictures of '%s' were added.%n", vectors.size(), label);
            options.err().flush();
            return vectors.size() == pictures.size() ? 0 : Vitrail.FAILED;
        }
    }
}
