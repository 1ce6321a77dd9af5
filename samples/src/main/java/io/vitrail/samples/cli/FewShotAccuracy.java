package io.vitrail.samples.cli;

import io.vitrail.transformer.Check;
import io.vitrail.vit.Classification;
import io.vitrail.vit.fewshot.FewShotClassifier;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** How often learned classes are found, beside chance. */
final class FewShotAccuracy {
    private FewShotAccuracy() {}

    /**
     * Prints the accuracy.
     *
     * @param pictures in folders that are called like the classes
     * @return whether all of them could be read
     */
    static boolean measure(FewShotClassifier classifier, List<Path> pictures, FewShotOptions options) {
        Set<String> unknown = new TreeSet<>();
        pictures.forEach(file -> unknown.add(PictureFiles.label(file)));
        unknown.removeAll(classifier.classes());
        Check.that(
                unknown.isEmpty(),
                "No pictures were learned of %s.%n  try:  names among %s",
                unknown,
                classifier.classes());
        ProgressBar bar = new ProgressBar(options.err());
        int[] seenAndRight = {0, 0};
        int failed = options.files()
                .<FewShotClassifier, Classification>run(
                        pictures, () -> classifier, (learned, images) -> learned.classify(images), (file, result) -> {
                            seenAndRight[0]++;
                            seenAndRight[1] += result.best().label().equals(PictureFiles.label(file)) ? 1 : 0;
                            bar.show(seenAndRight[0], pictures.size(), seenAndRight[0] + " pictures");
                        });
        bar.end();
        print((double) seenAndRight[1] / Math.max(seenAndRight[0], 1), seenAndRight[0], classifier, options);
        return failed == 0;
    }

    private static void print(double accuracy, int seen, FewShotClassifier classifier, FewShotOptions options) {
        double chance = 1.0 / classifier.classes().size();
        if (options.json()) {
            Output.line(
                    options.out(),
                    Output.object().put("top1", accuracy).put("chance", chance).put("n", seen));
            return;
        }
        options.out()
                .printf(
                        Locale.ROOT,
                        "top-1 %.2f %% of %d pictures (chance: %.2f %%)%n",
                        100 * accuracy,
                        seen,
                        100 * chance);
        options.out().flush();
    }
}
