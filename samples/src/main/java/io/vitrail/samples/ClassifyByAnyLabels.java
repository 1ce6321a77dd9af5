package io.vitrail.samples;

import io.vitrail.fusion.ImageTextEmbedder;
import io.vitrail.fusion.ZeroShotClassifier;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.List;

/**
 * Says which of some labels a photo shows, and how near it is to a sentence. The model is a folder with a CLIP or
 * SigLIP.
 */
public class ClassifyByAnyLabels {
    public static void main(String[] arguments) {
        Path model = Path.of(arguments[0]);
        Image photo = Image.fromFile(Path.of(arguments[1]));
        classify(model, photo, List.of("a cat", "a dog", "a cup of coffee"));
        compare(model, photo, "a cat with green eyes");
    }

    static void classify(Path model, Image photo, List<String> labels) {
        try (ZeroShotClassifier classifier = ZeroShotClassifier.load(model, labels)) {
            classifier.classify(photo).labels().forEach(System.out::println);
        }
    }

    static void compare(Path model, Image photo, String sentence) {
        try (ImageTextEmbedder embedder = ImageTextEmbedder.load(model)) {
            System.out.printf("%.3f%n", embedder.embedImage(photo).cosine(embedder.embedText(sentence)));
        }
    }
}
