package io.vitrail.fusion.captions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.fusion.bulk.Bulk;
import io.vitrail.fusion.bulk.BulkRun;
import io.vitrail.fusion.metrics.CaptionMetrics;
import io.vitrail.fusion.metrics.CaptionScores;
import io.vitrail.fusion.metrics.CaptionTokenizer;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageReader;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The evaluation of a captioner, and of captions that were written down. */
class CaptionEvaluationTest {
    private static final Optional<String> ALL = Optional.empty();

    @TempDir
    private Path folder;

    private CaptionSet set;

    @BeforeEach
    void draw() throws IOException {
        for (int width : new int[] {4, 5, 6}) {
            BufferedImage image = new BufferedImage(width, 4, BufferedImage.TYPE_INT_RGB);
            ImageIO.write(image, "png", folder.resolve(width + ".png").toFile());
        }
        Files.writeString(
                folder.resolve("captions.jsonl"),
                """
                {"file": "4.png", "split": "val", "captions": ["Four columns of black.", "A narrow picture"]}
                {"file": "5.png", "split": "test", "captions": ["Five columns of black.", "An odd picture"]}
                {"file": "6.png", "split": "test", "captions": ["Six columns of black.", "A wide picture"]}
                {"file": "none.png", "split": "val", "captions": ["Nothing"]}
                """);
        set = CaptionSet.open(folder);
    }

    private CandidateCaptions candidates(String... lines) throws IOException {
        return CandidateCaptions.read(Files.write(folder.resolve("candidates.jsonl"), List.of(lines)));
    }

    private static String candidate(Object file, String caption) {
        return "{\"file\": \"" + file + "\", \"caption\": \"" + caption + "\"}";
    }

    private static CaptionScores scores(Map<String, List<List<String>>> references, Map<String, List<String>> found) {
        return CaptionMetrics.score(references, found).whole();
    }

    private static List<String> tokens(String caption) {
        return CaptionTokenizer.tokens(caption);
    }

    @Test
    void aCaptionerIsScoredOnPicturesThatCanBeRead() {
        Bulk<CaptionedPicture, Image, String> bulk =
                CaptionEvaluation.captioning(set, ImageReader.DEFAULT, images -> images.stream()
                        .map(image -> image.width() == 5 ? "Five columns of black" : "columns in a wide picture")
                        .toList());
        try (Stream<CaptionedPicture> pictures = set.pictures(ALL);
                BulkRun<CaptionedPicture, Image, String> run = bulk.run(pictures.iterator())) {
            CaptionEvaluation evaluation = CaptionEvaluation.of(run);
            assertThat(evaluation.failures()).containsOnlyKeys("none.png");
            assertThat(evaluation.failures().get("none.png")).contains("There is no such file.");
            assertThat(evaluation.report().pictures()).containsOnlyKeys("4.png", "5.png", "6.png");
            assertThat(evaluation.report().whole())
                    .isEqualTo(scores(
                            Map.of(
                                    "4.png", List.of(tokens("Four columns of black."), tokens("A narrow picture")),
                                    "5.png", List.of(tokens("Five columns of black."), tokens("An odd picture")),
                                    "6.png", List.of(tokens("Six columns of black."), tokens("A wide picture"))),
                            Map.of(
                                    "4.png", tokens("columns in a wide picture"),
                                    "5.png", tokens("Five columns of black"),
                                    "6.png", tokens("columns in a wide picture"))));
        }
    }

    @Test
    void captionsThatWereWrittenDownAreScoredByNameOrPath() throws IOException {
        CandidateCaptions candidates = candidates(
                candidate("6.png", "A wide picture."),
                "{\"caption\": \"six\", \"score\": 1, \"file\": \"other.png\"}",
                candidate(folder.resolve("5.png"), ""));
        CaptionEvaluation evaluation = CaptionEvaluation.of(set, Optional.of("test"), candidates);
        assertThat(evaluation.failures()).isEmpty();
        assertThat(evaluation.report().whole())
                .isEqualTo(scores(
                        Map.of(
                                "5.png", List.of(tokens("Five columns of black."), tokens("An odd picture")),
                                "6.png", List.of(tokens("Six columns of black."), tokens("A wide picture"))),
                        Map.of("5.png", List.of(), "6.png", List.of("a", "wide", "picture"))));
    }

    @Test
    void aPathMayBeRelativeOrAbsolute() throws IOException {
        Path relative = Path.of("").toAbsolutePath().relativize(folder);
        CandidateCaptions candidates =
                candidates(candidate(relative.resolve("5.png"), "x"), candidate(folder.resolve("6.png"), "y"));
        try (CaptionSet same = CaptionSet.open(relative)) {
            assertThat(CaptionEvaluation.of(same, Optional.of("test"), candidates)
                            .report()
                            .pictures())
                    .containsOnlyKeys("5.png", "6.png");
        }
    }

    @Test
    void missingCandidatesAreNamed() throws IOException {
        CandidateCaptions candidates = candidates(candidate("5.png", "x"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CaptionEvaluation.of(set, ALL, candidates))
                .withMessage("These pictures have no candidate caption: 4.png, 6.png, none.png.");
    }

    @Test
    void errorsTakeNoPart() throws IOException {
        CandidateCaptions candidates =
                candidates(candidate("5.png", "x"), "{\"file\": \"6.png\", \"error\": \"broken\"}");
        CaptionEvaluation evaluation = CaptionEvaluation.of(set, Optional.of("test"), candidates);
        assertThat(evaluation.report().pictures()).containsOnlyKeys("5.png");
        assertThat(evaluation.failures()).isEqualTo(Map.of("6.png", "broken"));
    }

    @Test
    void aSplitThatIsNotThereIsRefused() throws IOException {
        CandidateCaptions candidates = candidates(candidate("5.png", "x"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CaptionEvaluation.of(set, Optional.of("dev"), candidates))
                .withMessage("The set has no picture of the split 'dev'.");
    }

    @Test
    void aWrongLineOfCandidatesIsNamed() {
        assertThatThrownBy(() -> candidates(candidate("a", "x"), "{\"file\": \"b\", \"caption\": 7}"))
                .hasMessageStartingWith("Line 2 has no text \"caption\".");
        assertThatThrownBy(() -> candidates(candidate("a", "x"), candidate("a", "y")))
                .hasMessageStartingWith("Line 2 names a, which an earlier line does, too.");
        assertThatThrownBy(() -> candidates("{\"caption\": \"x\"}"))
                .hasMessageStartingWith("Line 1 has no text \"file\".");
    }
}
