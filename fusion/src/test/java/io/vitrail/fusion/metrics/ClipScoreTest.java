package io.vitrail.fusion.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.fusion.ImageTextEmbedder;
import io.vitrail.fusion.Recorded;
import io.vitrail.vit.image.Image;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CLIPScore and RefCLIPScore by the reference's vectors; the CLIP's cosines are negative here, the SigLIP's aren't. */
@Timeout(300)
class ClipScoreTest {
    private static final List<String> CAPTIONS = List.of("a cat on the table", "two dogs are running in the park");
    private static final List<List<String>> REFERENCES =
            List.of(List.of("a photo of a cat", "the man with a car"), List.of("what is the colour of the dogs ?"));

    @ParameterizedTest
    @ValueSource(strings = {"clip/quick_gelu", "siglip/base"})
    void scoresAreThoseOfThePaper(String name) {
        JsonNode expected = Recorded.of(name);
        List<Image> pictures = Recorded.pictures(name);
        try (ImageTextEmbedder embedder = Recorded.embedder(name)) {
            ClipScore metric = new ClipScore(embedder);
            List<Double> alone = metric.score(pictures, CAPTIONS);
            List<Double> withReferences = metric.scoreWithReferences(pictures, CAPTIONS, REFERENCES);
            for (int i = 0; i < pictures.size(); i++) {
                double clipScore = expected.path("clip_score").path(i).asDouble(-1);
                double refClipScore = expected.path("ref_clip_score").path(i).asDouble(-1);
                assertThat(alone.get(i)).isCloseTo(clipScore, within(1e-5));
                assertThat(withReferences.get(i)).isCloseTo(refClipScore, within(1e-5));
                assertThat(metric.score(pictures.get(i), CAPTIONS.get(i))).isCloseTo(clipScore, within(1e-5));
                assertThat(metric.scoreWithReferences(pictures.get(i), CAPTIONS.get(i), REFERENCES.get(i)))
                        .isCloseTo(refClipScore, within(1e-5));
            }
        }
    }

    @Test
    void everyPictureNeedsACaptionAndReferences() {
        List<Image> pictures = Recorded.pictures("siglip/base");
        try (ImageTextEmbedder embedder = Recorded.embedder("siglip/base")) {
            ClipScore metric = new ClipScore(embedder);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> metric.score(pictures, List.of("a cat")))
                    .withMessage("There are 2 pictures, but 1 captions.");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> metric.scoreWithReferences(pictures, CAPTIONS, List.of(List.of("a cat"))))
                    .withMessage("There are 2 pictures, but 1 lists of references.");
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> metric.scoreWithReferences(pictures, CAPTIONS, List.of(List.of("a cat"), List.of())))
                    .withMessage("Picture 1 has no reference.");
        }
    }
}
