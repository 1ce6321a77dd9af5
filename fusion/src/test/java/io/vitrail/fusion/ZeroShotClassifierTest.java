package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.CallException;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.vit.ClassScores;
import io.vitrail.vit.Classification;
import io.vitrail.vit.ScoredLabel;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Labels that nobody trained for: the reference's probabilities, whoever asks, however often. */
@Timeout(300)
class ZeroShotClassifierTest {
    private static final String CLIP = "clip/quick_gelu";
    private static final String SIGLIP = "siglip/base";
    private static final List<String> LABELS = List.of("a cat", "two dogs", "the car", "a man in a park");
    private static final PromptTemplates ENSEMBLE = PromptTemplates.of("a photo of {}.", "the {}", "{} on the table");

    private static void assertEqual(Classification actual, JsonNode expected) {
        assertThat(actual.labels()).hasSize(expected.size());
        for (ScoredLabel label : actual.labels()) {
            assertThat(label.probability())
                    .isCloseTo(expected.path(label.label()).asDouble(-1), within(1e-5));
            assertThat(LABELS.get(label.index())).isEqualTo(label.label());
        }
        assertThat(actual.labels())
                .isSortedAccordingTo(
                        Collections.reverseOrder((a, b) -> Double.compare(a.probability(), b.probability())));
    }

    @ParameterizedTest
    @ValueSource(strings = {CLIP, SIGLIP})
    void probabilitiesAreThoseOfTheReferencesPipeline(String name) {
        JsonNode expected = Recorded.of(name);
        try (ZeroShotClassifier classifier = ZeroShotClassifier.load(Goldens.folder(name), LABELS)) {
            List<Classification> both = classifier.classify(Recorded.pictures(name));
            assertEqual(both.get(0), expected.path("zero_shot").path(0));
            assertEqual(both.get(1), expected.path("zero_shot").path(1));
            assertThat(classifier.classify(Recorded.pictures(name).stream())).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {CLIP, SIGLIP})
    void ofSeveralTemplatesTheMeanDirectionIsCompared(String name) {
        JsonNode expected = Recorded.of(name);
        Image photo = Recorded.pictures(name).get(0);
        Path folder = Goldens.folder(name);
        try (ZeroShotClassifier classifier = ZeroShotClassifier.load(folder, LABELS, ENSEMBLE, Compute.DEFAULT);
                ZeroShotClassifier single = ZeroShotClassifier.load(folder, List.of("something else"))) {
            assertEqual(classifier.classify(photo), expected.path("ensemble").path(0));
            assertEqual(
                    single.withLabels(LABELS, ENSEMBLE).classify(photo),
                    expected.path("ensemble").path(0));
            assertThat(single.labels()).containsExactly("something else");
        }
    }

    @Test
    void clipChoosesAndSiglipJudges() {
        try (ZeroShotClassifier clip = ZeroShotClassifier.load(Goldens.folder(CLIP), List.of("a cat"));
                ZeroShotClassifier siglip = ZeroShotClassifier.load(Goldens.folder(SIGLIP), List.of("a cat"))) {
            assertThat(clip.scores()).isEqualTo(ClassScores.SOFTMAX);
            assertThat(clip.classify(Recorded.pictures(CLIP).get(0)).best().probability())
                    .isEqualTo(1);
            assertThat(siglip.scores()).isEqualTo(ClassScores.SIGMOID);
            assertThat(siglip.classify(Recorded.pictures(SIGLIP).get(0)).best().probability())
                    .isCloseTo(
                            Recorded.of(SIGLIP)
                                    .path("zero_shot")
                                    .path(0)
                                    .path("a cat")
                                    .asDouble(),
                            within(1e-5));
        }
    }

    @Test
    void moreLabelsThanABatchKeepTheirVectors() {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < LoadedContrastive.BATCH + 3; i++) {
            many.add("thing " + i);
        }
        many.addAll(LABELS);
        Image photo = Recorded.pictures(SIGLIP).get(1);
        try (ZeroShotClassifier classifier = ZeroShotClassifier.load(Goldens.folder(SIGLIP), many)) {
            JsonNode expected = Recorded.of(SIGLIP).path("zero_shot").path(1);
            classifier.classify(photo).labels().stream()
                    .filter(label -> LABELS.contains(label.label()))
                    .forEach(label -> assertThat(label.probability())
                            .isCloseTo(expected.path(label.label()).asDouble(-1), within(1e-5)));
        }
    }

    @Test
    void eightThreadsGetTheirOwnAnswersAloneAndTogether() throws Exception {
        List<Image> pictures = Recorded.pictures(CLIP);
        JsonNode expected = Recorded.of(CLIP).path("zero_shot");
        try (ZeroShotClassifier classifier = ZeroShotClassifier.load(Goldens.folder(CLIP), LABELS)) {
            ZeroShotClassifier sharing = classifier.batching(8, Duration.ofMillis(1));
            ExecutorService threads = Executors.newFixedThreadPool(8);
            try {
                List<Callable<Void>> calls = new ArrayList<>();
                for (int i = 0; i < 64; i++) {
                    ZeroShotClassifier asked = i % 4 < 2 ? classifier : sharing;
                    int own = i % 2;
                    calls.add(() -> {
                        assertEqual(asked.classify(pictures.get(own)), expected.path(own));
                        return null;
                    });
                }
                for (Future<Void> call : threads.invokeAll(calls)) {
                    call.get();
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    @Test
    void callsEndWhenTheirTimeIsOverOrTheModelIsClosed() {
        ZeroShotClassifier classifier = ZeroShotClassifier.load(Goldens.folder(CLIP), LABELS);
        Image photo = Recorded.pictures(CLIP).get(0);
        assertThatIllegalArgumentException().isThrownBy(() -> classifier.withDeadline(Duration.ZERO));
        assertThat(classifier
                        .withDeadline(Duration.ofMinutes(2))
                        .classify(photo)
                        .labels())
                .hasSize(4);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> classifier.classify(photo)).isInstanceOf(CallException.class);
        assertThat(Thread.interrupted()).isTrue();
        classifier.close();
        assertThatThrownBy(() -> classifier.classify(photo)).isInstanceOf(CallException.class);
    }

    @Test
    void labelsHaveToBeTellable() {
        Path folder = Goldens.folder(CLIP);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ZeroShotClassifier.load(folder, List.of()))
                .withMessage("At least 1 label is needed.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ZeroShotClassifier.load(folder, List.of("a cat", " ")))
                .withMessage("A label is empty.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ZeroShotClassifier.load(folder, List.of("a cat", "a cat")))
                .withMessage("The label 'a cat' is given twice.");
    }

    @Test
    void whatClipCantReadToItsEndIsRefusedAndSiglipReadsItsBeginning() {
        String endless = "a cat " + "and a dog ".repeat(20);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ZeroShotClassifier.load(Goldens.folder(CLIP), List.of(endless)))
                .withMessageContaining("tokens, special ones included; the model takes at most 24.");
        try (ZeroShotClassifier classifier = ZeroShotClassifier.load(Goldens.folder(SIGLIP), List.of(endless))) {
            assertThat(classifier.classify(Recorded.pictures(SIGLIP).get(0)).labels())
                    .hasSize(1);
        }
    }

    @Test
    void anotherModelNamesThoseThatFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ZeroShotClassifier.load(Goldens.folder("blip_caption/base"), LABELS))
                .withMessageContaining("isn't for comparing pictures with texts")
                .withMessageContaining("CLIPModel (clip)")
                .withMessageContaining("SiglipModel (siglip)");
    }

    @Test
    void clipsTemplatesForImagenetAreEighty() {
        List<String> templates = PromptTemplates.imagenet().templates();
        assertThat(templates).hasSize(80).doesNotHaveDuplicates().startsWith("a bad photo of a {}.");
        assertThat(templates).endsWith("a tattoo of the {}.").contains("itap of my {}.", "the {} in a video game.");
        assertThat(PromptTemplates.of("one {}.", "{}").prompts("cat")).containsExactly("one cat.", "cat");
    }

    @Test
    void templatesHaveOnePlaceForTheLabel() {
        for (String template : List.of("a photo", "{} and {}")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> PromptTemplates.of(template))
                    .withMessageContaining("The template '" + template + "' must have {} once");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(PromptTemplates::of)
                .withMessage("At least 1 template is needed.");
    }
}
