package io.vitrail.samples;

import io.vitrail.transformer.Embedding;
import io.vitrail.vit.ImageEmbedder;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;

/** Says how alike two photos are: 1 for the same, about 0 for nothing in common. */
public class ComparePhotos {
    public static void main(String[] arguments) {
        try (ImageEmbedder embedder = ImageEmbedder.embedded()) {
            Embedding first = embedder.embed(Image.fromFile(Path.of(arguments[0])));
            Embedding second = embedder.embed(Image.fromFile(Path.of(arguments[1])));
            System.out.printf("%.3f%n", first.cosine(second));
        }
    }
}
