package io.vitrail.samples.cli;

import io.vitrail.vit.fewshot.FewShotClassifier;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Removes a class from those that were learned. */
@Command(name = "remove", description = "Remove a class from what was learned.")
final class FewShotRemoveCommand implements Callable<Integer> {
    @Mixin
    private FewShotOptions options;

    @Parameters(index = "0", paramLabel = "FOLDER", description = "Where the classes were saved.")
    private Path folder;

    @Parameters(index = "1", paramLabel = "LABEL", description = "Name of the class.")
    private String label;

    @Override
    public Integer call() {
        try (FewShotClassifier classifier = options.load(folder)) {
            classifier.withoutClass(label).save(folder);
            return 0;
        }
    }
}
