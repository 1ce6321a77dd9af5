package io.vitrail.samples;

import io.vitrail.vit.attention.HeatOverlay;
import io.vitrail.vit.attention.ImageAttention;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;

/** Lays a heat map over a photo: what spoke for the class that the model chose. */
public class ShowWhereItLooked {
    public static void main(String[] arguments) {
        Image photo = Image.fromFile(Path.of(arguments[0]));
        try (ImageAttention attention = ImageAttention.embedded()) {
            HeatOverlay.of(photo, attention.relevance(photo).map()).save(Path.of(arguments[1]));
        }
    }
}
