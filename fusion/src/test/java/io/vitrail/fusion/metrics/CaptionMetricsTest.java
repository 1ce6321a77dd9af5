package io.vitrail.fusion.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** BLEU, ROUGE-L and CIDEr-D, against what pycocoevalcap says. */
class CaptionMetricsTest {
    private static final double TOLERANCE = 1e-9;
    private static final List<String> CAT = List.of("a", "cat");

    static Stream<RecordedCaptions.Case> cases() {
        return RecordedCaptions.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theWholeAndEachPictureHaveTheReferencesScores(RecordedCaptions.Case recorded) {
        CaptionReport report = CaptionMetrics.score(recorded.references(), recorded.candidates());
        assertSame(report.whole(), recorded.whole(), recorded.toString());
        assertThat(report.pictures().keySet())
                .containsExactlyElementsOf(recorded.references().keySet());
        recorded.pictures()
                .forEach((name, scores) -> assertSame(report.pictures().get(name), scores, recorded + ": " + name));
    }

    private static void assertSame(CaptionScores scores, CaptionScores expected, String name) {
        for (int n = 1; n <= 4; n++) {
            assertThat(scores.bleu(n)).as("%s, BLEU-%d", name, n).isCloseTo(expected.bleu(n), within(TOLERANCE));
        }
        assertThat(scores.rougeL()).as("%s, ROUGE-L", name).isCloseTo(expected.rougeL(), within(TOLERANCE));
        assertThat(scores.ciderD()).as("%s, CIDEr-D", name).isCloseTo(expected.ciderD(), within(TOLERANCE));
    }

    @Test
    void aPerfectCaptionOfOnePictureAloneHasNoCider() {
        CaptionScores scores = CaptionMetrics.score(Map.of("a", List.of(CAT)), Map.of("a", CAT))
                .whole();
        assertThat(scores.rougeL()).isEqualTo(1);
        assertThat(scores.ciderD()).isZero();
    }

    @Test
    void theOrderOfPicturesAndReferencesDoesNotMatter() {
        RecordedCaptions.Case recorded = cases().findFirst().orElseThrow();
        Map<String, List<List<String>>> turned = new TreeMap<>();
        recorded.references().forEach((name, captions) -> turned.put(name, reversed(captions)));
        CaptionScores scores =
                CaptionMetrics.score(turned, recorded.candidates()).whole();
        assertSame(scores, recorded.whole(), "turned");
    }

    private static <T> List<T> reversed(List<T> list) {
        return IntStream.range(0, list.size())
                .mapToObj(i -> list.get(list.size() - 1 - i))
                .toList();
    }

    @Test
    void missingCandidatesAreNamed() {
        Map<String, List<List<String>>> references = Map.of("a", List.of(CAT), "b", List.of(CAT), "c", List.of(CAT));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CaptionMetrics.score(references, Map.of("b", CAT)))
                .withMessage("These pictures have no candidate caption: a, c.");
        Map<String, List<List<String>>> many = new HashMap<>();
        IntStream.range(10, 25).forEach(i -> many.put("p" + i, List.of(CAT)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CaptionMetrics.score(many, Map.of()))
                .withMessage("These pictures have no candidate caption: "
                        + "p10, p11, p12, p13, p14, p15, p16, p17, p18, p19 and 5 more.");
    }

    @Test
    void candidatesAndPicturesWithoutReferencesAreNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CaptionMetrics.score(Map.of("a", List.of(CAT)), Map.of("a", CAT, "z", CAT, "y", CAT)))
                .withMessage("These candidates are of pictures without references: y, z.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CaptionMetrics.score(Map.of("a", List.of()), Map.of("a", CAT)))
                .withMessage("These pictures have no reference caption: a.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CaptionMetrics.score(Map.of(), Map.of()))
                .withMessage("There is no picture to score the captions of.");
    }

    @Test
    void onlyFourOrdersOfBleuAreKnown() {
        CaptionScores scores = new CaptionScores(List.of(0.4, 0.3, 0.2, 0.1), 0, 0);
        assertThat(scores.bleu(4)).isEqualTo(0.1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scores.bleu(0))
                .withMessage("BLEU is known for orders 1 to 4, not 0.");
        assertThatIllegalArgumentException().isThrownBy(() -> scores.bleu(5));
    }
}
