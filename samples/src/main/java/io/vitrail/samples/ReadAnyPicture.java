package io.vitrail.samples;

import io.vitrail.vit.ImageClassifier;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageException;
import io.vitrail.vit.image.ImageLimits;
import io.vitrail.vit.image.ImageReader;
import java.nio.file.Path;

/** Classifies uploads that nobody has looked at: of bounded size, transparent ones on white, damaged ones told apart. */
public class ReadAnyPicture {
    public static void main(String[] arguments) {
        ImageReader reader = ImageReader.DEFAULT
                .withLimits(new ImageLimits(20 << 20, 50_000_000))
                .withBackground(0xFFFFFF);
        try (ImageClassifier classifier = ImageClassifier.embedded()) {
            for (String file : arguments) {
                try {
                    Image upload = reader.fromFile(Path.of(file));
                    System.out.println(file + ": " + classifier.classify(upload).best());
                } catch (ImageException e) {
                    System.out.println(file + ": refused. "
                            + e.getMessage().lines().findFirst().orElseThrow());
                }
            }
        }
    }
}
