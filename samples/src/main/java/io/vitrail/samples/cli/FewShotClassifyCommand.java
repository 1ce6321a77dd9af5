package io.vitrail.samples.cli;

import io.vitrail.vit.Classification;
import io.vitrail.vit.fewshot.FewShotClassifier;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says which of the classes that were learned pictures show. */
@Command(name = "classify", description = "Say which of the classes that were learned pictures show.")
final class FewShotClassifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private FewShotOptions options;

    @Parameters(index = "0", paramLabel = "FOLDER", description = "Where the classes were saved.")
    private Path folder;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "IMAGE", description = "Picture files.")
    private List<Path> pictures = List.of();

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "5",
            description = "Labels to print (default ${DEFAULT-VALUE}).")
    private int topK;

    @Option(names = "--eval", paramLabel = "DIR", description = "Measure the accuracy on the pictures in DIR/<label>/.")
    private Optional<Path> evaluated;

    @Override
    public Integer call() {
        WrongCommandLine.unless(topK >= 1, spec, "--top-k must be at least 1, not %d", topK);
        WrongCommandLine.unless(
                evaluated.isPresent() || !pictures.isEmpty(), spec, "name pictures to classify, or --eval DIR");
        List<Path> others = evaluated.map(PictureFiles::labelled).orElse(List.of());
        LabelLines lines = new LabelLines(options.out(), options.json(), topK);
        try (FewShotClassifier classifier = options.load(folder)) {
            int failed = options.files()
                    .<FewShotClassifier, Classification>run(
                            pictures, () -> classifier, (learned, images) -> learned.classify(images), lines::print);
            boolean all = others.isEmpty() || FewShotAccuracy.measure(classifier, others, options);
            return failed == 0 && all ? 0 : Vitrail.FAILED;
        }
    }
}
