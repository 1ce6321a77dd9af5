package io.vitrail.samples.cli;

import io.vitrail.transformer.Check;
import io.vitrail.vit.Classification;
import io.vitrail.vit.ImageClassifier;
import io.vitrail.vit.ScoredLabel;
import io.vitrail.vit.image.ImageReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Accuracy over a folder with a subfolder per class. */
@Command(name = "classify", description = "Accuracy over pictures in DIR/<label>/, over all classes of the model.")
final class EvalClassifyCommand implements Callable<Integer> {
    private static final int FIVE = 5;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Mixin
    private ReadingOptions reading;

    @Parameters(paramLabel = "DIR", description = "A folder with a subfolder of pictures for each label.")
    private Path folder;

    @Option(names = "--json", description = "The result as one JSON object; also a line for each file that failed.")
    private boolean json;

    private int seen;
    private int first;
    private int amongFive;

    @Override
    public Integer call() {
        ImageReader reader = reading.reader();
        List<Path> files = PictureFiles.labelled(folder);
        ProgressBar bar = new ProgressBar(spec.commandLine().getErr());
        try (ImageClassifier classifier = model.load(ImageClassifier::load, ImageClassifier::embedded)) {
            checkLabels(files, classifier.labels());
            PictureFiles pictures = new PictureFiles(
                    reader, spec.commandLine().getOut(), spec.commandLine().getErr(), json);
            int failed = pictures.run(files, () -> classifier, ImageClassifier::classify, (file, result) -> {
                count(file, result);
                bar.show(seen, files.size(), note());
            });
            bar.end();
            print(failed);
            return failed == 0 ? 0 : Vitrail.FAILED;
        }
    }

    /** A folder that no class is named by would count as wrong answers: refuse it. */
    private static void checkLabels(List<Path> files, List<String> labels) {
        Set<String> unknown = new TreeSet<>();
        for (Path file : files) {
            if (labels.stream().noneMatch(label -> isNamed(label, PictureFiles.label(file)))) {
                unknown.add(PictureFiles.label(file));
            }
        }
        Check.that(
                unknown.isEmpty(),
                "No class of the model is named like the folders %s.%n  try:  names among %s",
                unknown,
                labels.size() <= 30 ? labels : labels.subList(0, 30) + " …");
    }

    /** "English_springer" and "english springer" name the same class; so does one of several names: "tench, Tinca tinca". */
    private static boolean isNamed(String label, String name) {
        String plain = plain(name);
        return plain(label).equals(plain)
                || Stream.of(label.split(",")).anyMatch(part -> plain(part).equals(plain));
    }

    private static String plain(String name) {
        return name.strip().toLowerCase(Locale.ROOT).replaceAll("[\\s_-]+", " ");
    }

    private void count(Path file, Classification classification) {
        List<ScoredLabel> best = classification.top(FIVE);
        seen++;
        first += isNamed(best.get(0).label(), PictureFiles.label(file)) ? 1 : 0;
        amongFive += best.stream().anyMatch(label -> isNamed(label.label(), PictureFiles.label(file))) ? 1 : 0;
    }

    private String note() {
        return String.format(Locale.ROOT, "%d pictures, top-1 %.1f %%", seen, 100.0 * first / seen);
    }

    private void print(int failed) {
        PrintWriter out = spec.commandLine().getOut();
        double top1 = (double) first / Math.max(seen, 1);
        double top5 = (double) amongFive / Math.max(seen, 1);
        if (json) {
            Output.line(out, Output.object().put("top1", top1).put("top5", top5).put("n", seen));
        } else {
            out.printf(Locale.ROOT, "top-1 %.2f %%, top-5 %.2f %% of %d pictures", 100 * top1, 100 * top5, seen);
            out.println(failed == 0 ? "" : " (" + failed + " could not be read)");
        }
        out.flush();
    }
}
