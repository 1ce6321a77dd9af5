package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.Classification;
import io.vitrail.vit.ScoredLabel;
import io.vitrail.vit.fewshot.Examples;
import io.vitrail.vit.fewshot.FewShotClassifier;
import io.vitrail.vit.fewshot.FewShotMethod;
import io.vitrail.vit.fewshot.FrozenFeatures;
import io.vitrail.vit.fewshot.TipAdapter;
import io.vitrail.vit.fewshot.VisionFeatures;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Classes from a few examples and their names, with tiny CLIPs and SigLIPs. */
@Timeout(300)
class ContrastiveFeaturesTest {
    private static final String CLIP = "clip/quick_gelu";
    private static final String SIGLIP = "siglip/base";

    @TempDir
    private Path folder;

    private static Examples examples(FrozenFeatures features, List<Image> pictures) {
        List<Embedding> vectors = features.of(pictures);
        return Examples.NONE.with("a cat", vectors.subList(0, 1)).with("the car", vectors.subList(1, 2));
    }

    private static double probability(Classification result, String name) {
        return result.labels().stream()
                .filter(label -> label.label().equals(name))
                .mapToDouble(ScoredLabel::probability)
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {CLIP, SIGLIP})
    void vectorsAreThoseOfTheEmbedder(String name) {
        List<Image> pictures = Recorded.pictures(name);
        try (ContrastiveFeatures features = ContrastiveFeatures.load(Goldens.folder(name));
                ImageTextEmbedder embedder = ImageTextEmbedder.load(Goldens.folder(name));
                Checkpoint checkpoint = Checkpoint.open(Goldens.folder(name))) {
            assertThat(features.of(pictures)).isEqualTo(embedder.embedImages(pictures));
            assertThat(features.of(pictures.stream())).isEqualTo(embedder.embedImages(pictures));
            Embedding sentence = embedder.embedText("This is a photo of a cat.");
            assertThat(features.ofNames(List.of("the car", "a cat"))
                            .vectors()
                            .get(1)
                            .cosine(sentence))
                    .isCloseTo(1, within(1e-5));
            double scale = Math.exp(checkpoint.tensor("logit_scale").floats()[0]);
            assertThat(features.ofNames(List.of("a cat")).factor()).isCloseTo(scale, within(1e-4));
        }
    }

    /** Without a share for the examples it is the zero-shot classifier; with it a picture that was seen is known. */
    @Test
    void examplesAddToWhatNamesSay() {
        List<Image> pictures = Recorded.pictures(CLIP);
        Path model = Goldens.folder(CLIP);
        try (ContrastiveFeatures features = ContrastiveFeatures.load(model);
                ZeroShotClassifier zeroShot = ZeroShotClassifier.load(model, List.of("a cat", "the car"))) {
            Examples examples = examples(features, pictures);
            Classification byNames = zeroShot.classify(pictures.get(1));
            Classification without = FewShotClassifier.learn(features, examples, new TipAdapter(0, 5.5))
                    .classify(pictures.get(1));
            Classification with = FewShotClassifier.learn(features, examples, new TipAdapter(3, 20))
                    .classify(pictures.get(1));
            assertThat(probability(without, "the car")).isCloseTo(probability(byNames, "the car"), within(1e-5));
            assertThat(probability(with, "the car")).isGreaterThan(probability(byNames, "the car") + 0.01);
        }
    }

    @Test
    void aLoadedOneAnswersAsTheSavedOneAndLearnsNewNames() {
        List<Image> pictures = Recorded.pictures(SIGLIP);
        try (FrozenFeatures features =
                ContrastiveFeatures.ofAny(Goldens.folder(SIGLIP), PromptTemplates.DEFAULT, Compute.DEFAULT)) {
            FewShotClassifier saved =
                    FewShotClassifier.learn(features, examples(features, pictures), TipAdapter.DEFAULT);
            saved.save(folder);
            FewShotClassifier loaded = FewShotClassifier.load(folder, features);
            assertThat(loaded.classify(pictures)).isEqualTo(saved.classify(pictures));
            assertThat(loaded.withClass("two dogs", pictures).classify(pictures.get(0)))
                    .isEqualTo(saved.withClass("two dogs", pictures).classify(pictures.get(0)));
        }
    }

    /** The vision tower's own vectors are of another space than those that are compared with texts. */
    @Test
    void vectorsOfTheVisionTowerAloneAreRefused() {
        List<Image> pictures = Recorded.pictures(CLIP);
        try (FrozenFeatures alone = VisionFeatures.load(Goldens.folder(CLIP), Compute.DEFAULT);
                ContrastiveFeatures shared = ContrastiveFeatures.load(Goldens.folder(CLIP))) {
            FewShotClassifier.learn(alone, examples(alone, pictures), FewShotMethod.DEFAULT)
                    .save(folder);
            assertThatThrownBy(() -> FewShotClassifier.load(folder, shared))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageMatching(
                            "(?s)The classes were learned on the vectors of quick_gelu \\(\\p{XDigit}{8}\\),"
                                    + " not of quick_gelu \\(joint-.*");
        }
    }

    @Test
    void namesThatAreTooLongAreRefused() {
        try (ContrastiveFeatures features = ContrastiveFeatures.load(Goldens.folder(CLIP))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> features.ofNames(List.of("cat ".repeat(100))))
                    .withMessageContaining("the model takes at most");
        }
    }
}
