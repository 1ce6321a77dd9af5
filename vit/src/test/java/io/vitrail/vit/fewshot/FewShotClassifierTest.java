package io.vitrail.vit.fewshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.NativeMemory;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.Classification;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classes of coloured pictures, learned on the embedded model's features. */
class FewShotClassifierTest {
    private static final int RED = 0xC02020;
    private static final int GREEN = 0x20B030;
    private static final int BLUE = 0x2030C0;

    private static VisionFeatures features;
    private static FewShotClassifier classifier; // red and green

    @TempDir
    private Path folder;

    @BeforeAll
    static void learn() {
        features = VisionFeatures.embedded();
        Examples examples = Examples.NONE
                .with("red", features.of(pictures(RED, 1, 3)))
                .with("green", features.of(pictures(GREEN, 4, 3)));
        classifier = FewShotClassifier.learn(features, examples, FewShotMethod.DEFAULT);
    }

    @AfterAll
    static void close() {
        classifier.close();
    }

    /** Of about one colour. */
    private static List<Image> pictures(int colour, long seed, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> picture(colour, seed + i))
                .toList();
    }

    private static Image picture(int colour, long seed) {
        Random random = new Random(seed);
        byte[] rgb = new byte[70 * 66 * 3];
        for (int i = 0; i < rgb.length; i++) {
            int value = (colour >> 16 - 8 * (i % 3) & 0xFF) + random.nextInt(60) - 30;
            rgb[i] = (byte) Math.max(0, Math.min(255, value));
        }
        return Image.fromPixels(rgb, 70, 66);
    }

    private static List<String> best(FewShotClassifier classifier, int colour) {
        return classifier.classify(pictures(colour, 100, 3)).stream()
                .map(result -> result.best().label())
                .distinct()
                .toList();
    }

    @Test
    void picturesAreOfTheClassWhoseExamplesTheyAreLike() {
        for (FewShotMethod method : List.of(FewShotMethod.DEFAULT, new NearestMean(), new LinearProbe(1))) {
            FewShotClassifier other = learnedBy(method);
            assertThat(best(other, RED)).containsExactly("red");
            assertThat(best(other, GREEN)).containsExactly("green");
        }
    }

    private static FewShotClassifier learnedBy(FewShotMethod method) {
        return FewShotClassifier.learn(features, classifier.examples(), method);
    }

    @Test
    void probabilitiesAreOfAllClassesBestFirst() {
        Classification result = classifier.classify(picture(GREEN, 9));
        assertThat(result.labels()).extracting("label").containsExactly("green", "red");
        assertThat(result.labels()).extracting("index").containsExactly(1, 0);
        assertThat(result.labels().get(0).probability() + result.labels().get(1).probability())
                .isEqualTo(1);
        assertThat(classifier.classify(Stream.of(picture(GREEN, 9)))).containsExactly(result);
    }

    @Test
    void aClassIsAddedAndRemovedWithoutChangingTheClassifier() {
        FewShotClassifier three = classifier.withClass("blue", pictures(BLUE, 7, 5));
        assertThat(three.classes()).containsExactly("red", "green", "blue");
        assertThat(best(three, BLUE)).containsExactly("blue");
        assertThat(best(three, RED)).containsExactly("red");
        assertThat(classifier.classes()).containsExactly("red", "green");
        FewShotClassifier two = three.withoutClass("red");
        assertThat(two.classes()).containsExactly("green", "blue");
        assertThat(best(two, GREEN)).containsExactly("green");
        FewShotClassifier more = three.withClass("blue", pictures(BLUE, 20, 2));
        assertThat(more.classes()).hasSize(3);
        assertThat(more.examples().byClass().get("blue")).hasSize(7);
    }

    @Test
    void whatItCannotLearnIsRefused() {
        FewShotClassifier one = classifier.withoutClass("red");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> one.withoutClass("green"))
                .withMessage("At least 1 class is needed.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> classifier.withClass("blue", List.of()))
                .withMessage("The class 'blue' needs at least 1 picture.");
        assertThatIllegalArgumentException().isThrownBy(() -> learnedBy(null)).withMessage("'method' is null.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> classifier.classify((List<Image>) null))
                .withMessage("'images' is null.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Examples.NONE.with(null, List.of()))
                .withMessage("'name' is null.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> learnedBy(TipAdapter.DEFAULT))
                .withMessageStartingWith("the embedded model reads no texts, so names tell it nothing.");
    }

    @Test
    void aLoadedOneAnswersAsTheSavedOneAndLearnsOn() throws IOException {
        Image photo = picture(RED, 50);
        for (FewShotMethod method : List.of(FewShotMethod.DEFAULT, new NearestMean())) {
            FewShotClassifier saved = learnedBy(method);
            saved.save(folder);
            FewShotClassifier loaded = FewShotClassifier.load(folder, features);
            assertThat(loaded.method()).isEqualTo(method);
            assertThat(loaded.examples()).isEqualTo(saved.examples());
            assertThat(loaded.classify(photo)).isEqualTo(saved.classify(photo));
            assertThat(loaded.withClass("blue", pictures(BLUE, 7, 5)).classify(photo))
                    .isEqualTo(saved.withClass("blue", pictures(BLUE, 7, 5)).classify(photo));
        }
        assertThat(files()).hasSize(2).contains("few-shot.json"); // the last one replaced the first
        assertThat(FewShotClassifier.modelOf(folder).name()).isEqualTo("the embedded model");
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void theEmbeddedModelIsLoadedWithIt() {
        classifier.save(folder);
        try (FewShotClassifier loaded = FewShotClassifier.load(folder)) {
            assertThat(best(loaded, GREEN)).containsExactly("green");
        }
    }

    @Test
    void anotherModelIsRefused() {
        classifier.save(folder);
        NamedFeatures other = new NamedFeatures(new NameVectors(List.of(), 1));
        assertThatThrownBy(() -> FewShotClassifier.load(folder, other))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The classes were learned on the vectors of the embedded model (")
                .hasMessageContaining("), not of names (01234567).\n  file: " + folder + "\n  try:  that model, or");
    }

    @Test
    void memoryStaysFlatAndClosingFreesIt() {
        VisionFeatures.embedded().close(); // kernels stay, once they are made
        Set<String> before = NativeMemory.arrays();
        VisionFeatures own = VisionFeatures.embedded();
        Examples examples = Examples.NONE.with("red", own.of(pictures(RED, 1, 2)));
        FewShotClassifier other = FewShotClassifier.learn(own, examples, FewShotMethod.DEFAULT);
        other.classify(picture(RED, 3));
        Set<String> loaded = NativeMemory.arrays();
        for (int i = 0; i < 20; i++) {
            FewShotClassifier next = other.withClass("class " + i, pictures(BLUE, i, 1));
            next.classify(picture(RED, i));
            next.save(folder);
            FewShotClassifier.load(folder, own);
        }
        assertThat(NativeMemory.arrays()).isSubsetOf(loaded);
        other.close();
        assertThat(NativeMemory.arrays()).isSubsetOf(before);
    }
}
