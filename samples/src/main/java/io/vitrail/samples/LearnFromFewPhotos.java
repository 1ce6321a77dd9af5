package io.vitrail.samples;

import io.vitrail.vit.fewshot.Examples;
import io.vitrail.vit.fewshot.FewShotClassifier;
import io.vitrail.vit.fewshot.FewShotMethod;
import io.vitrail.vit.fewshot.FrozenFeatures;
import io.vitrail.vit.fewshot.VisionFeatures;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.List;

/**
 * Learns two classes from one photo each, adds a third, and keeps them in a folder. Then it says what a photo shows.
 */
public class LearnFromFewPhotos {
    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        learn(folder, photo(arguments[1]), photo(arguments[2]), photo(arguments[3]));
        try (FewShotClassifier classifier = FewShotClassifier.load(folder)) {
            classifier.classify(photo(arguments[4])).labels().forEach(System.out::println);
        }
    }

    static void learn(Path folder, Image mug, Image plate, Image bowl) {
        FrozenFeatures features = VisionFeatures.embedded();
        Examples examples =
                Examples.NONE.with("mug", features.of(List.of(mug))).with("plate", features.of(List.of(plate)));
        try (FewShotClassifier two = FewShotClassifier.learn(features, examples, FewShotMethod.DEFAULT)) {
            two.withClass("bowl", List.of(bowl)).save(folder);
        }
    }

    private static Image photo(String file) {
        return Image.fromFile(Path.of(file));
    }
}
