package io.vitrail.fusion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the reference makes of golden pictures, labels and captions; {@code record.py} beside expected.json recorded it.
 */
public final class Recorded {
    private Recorded() {}

    /** Of one golden case, such as "clip/quick_gelu". */
    public static JsonNode of(String name) {
        try (InputStream in = Recorded.class.getResourceAsStream("/contrastive/expected.json")) {
            return new ObjectMapper().readTree(in).path(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The case's two pictures. */
    public static List<Image> pictures(String name) {
        return Stream.of("photo.png", "drawing.png")
                .map(file -> Image.fromFile(Goldens.folder(name).resolve(file)))
                .toList();
    }

    /** The case's checkpoint, as something to embed with. */
    public static ImageTextEmbedder embedder(String name) {
        return ImageTextEmbedder.load(Goldens.folder(name));
    }

    /** A recorded list of numbers. */
    public static float[] vector(JsonNode values) {
        List<Float> numbers = new ArrayList<>();
        values.forEach(value -> numbers.add(value.floatValue()));
        float[] vector = new float[numbers.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = numbers.get(i);
        }
        return vector;
    }
}
