package io.vitrail.samples;

import io.vitrail.vit.Classification;
import io.vitrail.vit.ImageClassifier;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;

/** Says what a photo shows. */
public class ClassifyPhoto {
    public static void main(String[] arguments) {
        try (ImageClassifier classifier = ImageClassifier.embedded()) {
            Classification answer = classifier.classify(Image.fromFile(Path.of(arguments[0])));
            answer.top(3).forEach(System.out::println);
        }
    }
}
