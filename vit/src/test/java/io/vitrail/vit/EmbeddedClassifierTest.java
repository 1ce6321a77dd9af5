package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.transformer.Embedding;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The model within the jar: at once, offline, without any file. */
class EmbeddedClassifierTest {
    private static ImageClassifier classifier;

    @BeforeAll
    static void load() {
        classifier = ImageClassifier.embedded();
    }

    @AfterAll
    static void free() {
        classifier.close();
    }

    @Test
    void aCatIsACat() {
        assertThat(classifier.classify(photo("chelsea.jpg")).best().label()).isEqualTo("cat");
    }

    @Test
    void knowsTwentyEverydayClasses() {
        assertThat(classifier.labels())
                .hasSize(20)
                .doesNotHaveDuplicates()
                .contains("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");
    }

    @ParameterizedTest
    @ValueSource(strings = {"astronaut.jpg", "chelsea.jpg", "coffee.jpg", "rocket.jpg"})
    void probabilitiesOfAnyPhotoAddUpToOne(String name) {
        Classification result = classifier.classify(photo(name));
        assertThat(result.labels()).hasSize(20);
        assertThat(result.labels().stream()
                        .mapToDouble(ScoredLabel::probability)
                        .sum())
                .isCloseTo(1, within(1e-4));
        assertThat(result.isUnsure()).isEqualTo(result.best().probability() < result.unsureBelow());
    }

    @Test
    void standsByItsAnswerOnlyAboveAThreshold() {
        assertThat(classifier.classify(photo("chelsea.jpg")).unsureBelow()).isBetween(0.1, 0.6);
    }

    @Test
    void embedsToo() {
        try (ImageEmbedder embedder = ImageEmbedder.embedded()) {
            List<Embedding> vectors = embedder.embed(List.of(photo("chelsea.jpg"), photo("rocket.jpg")));
            assertThat(vectors.get(0).cosine(vectors.get(0))).isCloseTo(1, within(1e-6));
            assertThat(vectors.get(0).cosine(vectors.get(1))).isLessThan(0.9);
        }
    }

    @Test
    void leavesNoFilesBehind() throws IOException {
        List<Path> before = unpacked();
        ImageClassifier.embedded().close();
        assertThat(unpacked()).isEqualTo(before);
    }

    private static List<Path> unpacked() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("vitrail-embedded-"))
                    .sorted()
                    .toList();
        }
    }

    private static Image photo(String name) {
        return Image.fromFile(Goldens.resource("/images/" + name));
    }
}
