package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.Embedding;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ViewsTest {
    private static final Views SEVERAL = new Views(List.of(1.0, 0.5), true);

    private static ImageClassifier once;
    private static ImageClassifier often;

    @BeforeAll
    static void load() {
        once = ImageClassifier.embedded().lookingAt(Views.WHOLE);
        often = once.lookingAt(SEVERAL);
    }

    @AfterAll
    static void free() {
        once.close();
    }

    @Test
    void theAnswerIsTheMeanOfTheViews() {
        Image photo = photo("chelsea.jpg").crop(20, 0, 400, 300);
        Image middle = photo.crop(100, 75, 200, 150);
        List<Classification> views = once.classify(List.of(photo, mirror(photo), middle, mirror(middle)));
        Classification together = often.classify(photo);
        for (String label : once.labels()) {
            double mean = views.stream()
                    .mapToDouble(view -> probability(view, label))
                    .average()
                    .orElseThrow();
            assertThat(probability(together, label)).as(label).isCloseTo(mean, within(1e-3));
        }
        assertThat(together.labels()).isSortedAccordingTo((a, b) -> Double.compare(b.probability(), a.probability()));
    }

    @Test
    void theVectorIsTheMeanDirectionOfTheViews() {
        Image photo = photo("chelsea.jpg").crop(20, 0, 400, 300);
        Image middle = photo.crop(100, 75, 200, 150);
        try (ImageEmbedder whole = ImageEmbedder.embedded()) {
            float[] mean = new float[whole.embed(photo).values().length];
            for (Embedding view : whole.embed(List.of(photo, mirror(photo), middle, mirror(middle)))) {
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += view.values()[i];
                }
            }
            Embedding several = whole.lookingAt(SEVERAL).embed(photo);
            assertThat(several.cosine(new Embedding(mean))).isGreaterThan(0.9999);
            assertThat(several.cosine(several.normalized())).isCloseTo(1, within(1e-6));
            assertThat(several.cosine(whole.embed(photo))).isLessThan(0.999);
            assertThat(whole.usualViews()).isEqualTo(new Views(List.of(1.0, 0.8), true));
            assertThat(whole.lookingAt(SEVERAL).embed(Stream.of(photo, middle)))
                    .containsExactlyElementsOf(whole.lookingAt(SEVERAL).embed(List.of(photo, middle)));
        }
    }

    @Test
    void partsWithLessThanTheModelsPixelsAreLeftOut() {
        Image photo = photo("coffee.jpg");
        assertThat(SEVERAL.of(photo.crop(0, 0, 100, 98), 50)).hasSize(1);
        assertThat(SEVERAL.of(photo.crop(0, 0, 100, 100), 50)).hasSize(2);
    }

    @Test
    void aStreamIsAnsweredAsAListIs() {
        Image photo = photo("rocket.jpg");
        List<Image> pictures = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            int side = i % 3 == 0 ? 40 : 200 + i; // of the small ones only the whole is looked at
            pictures.add(photo.crop(i, i, side, side));
        }
        assertThat(often.classify(pictures.stream()).toList()).isEqualTo(often.classify(pictures));
        assertThat(often.classify(Stream.of())).isEmpty();
    }

    @Test
    void theConfigSaysWhatIsLookedAt() {
        assertThat(Views.of(json("{}"))).isEqualTo(Views.WHOLE);
        assertThat(Views.of(json("{'views': {'parts': [1, 0.5], 'mirrored': true}}")))
                .isEqualTo(SEVERAL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "0.5",
                "{'parts': []}",
                "{'parts': [0.5]}",
                "{'parts': [1, 0]}",
                "{'parts': [1, 'a']}",
                "{'parts': [1], 'mirrored': 'yes'}"
            })
    void viewsThatAreNoneAreRefused(String views) {
        assertThatThrownBy(() -> Views.of(json("{'views': " + views + "}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("config.json: 'views");
    }

    private static Image mirror(Image image) {
        byte[] from = image.pixels().samples();
        byte[] to = new byte[from.length];
        int width = image.width();
        for (int pixel = 0; pixel < width * image.height(); pixel++) {
            int column = pixel % width;
            System.arraycopy(from, 3 * pixel, to, 3 * (pixel - column + width - 1 - column), 3);
        }
        return Image.fromPixels(to, width, image.height());
    }

    private static double probability(Classification classification, String label) {
        return classification.labels().stream()
                .filter(scored -> scored.label().equals(label))
                .findFirst()
                .orElseThrow()
                .probability();
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text.replace('\'', '"'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Image photo(String name) {
        return Image.fromFile(Goldens.resource("/images/" + name));
    }
}
