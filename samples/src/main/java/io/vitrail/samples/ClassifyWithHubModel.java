package io.vitrail.samples;

import io.vitrail.transformer.hub.Hub;
import io.vitrail.transformer.hub.NeededFiles;
import io.vitrail.vit.ImageClassifier;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;

/** Classifies a photo by a model of the Hugging Face hub, such as google/vit-base-patch16-224. */
public class ClassifyWithHubModel {
    public static void main(String[] arguments) {
        classify(Hub.fromEnvironment(), arguments[0], Path.of(arguments[1]));
    }

    static void classify(Hub hub, String model, Path photo) {
        Path folder = hub.snapshot(
                model,
                NeededFiles.VISION,
                (file, done, total) -> System.err.printf("%s: %d of %d bytes%n", file, done, total));
        try (ImageClassifier classifier = ImageClassifier.load(folder)) {
            classifier.classify(Image.fromFile(photo)).top(3).forEach(System.out::println);
        }
    }
}
