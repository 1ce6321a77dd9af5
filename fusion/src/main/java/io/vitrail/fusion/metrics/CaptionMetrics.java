package io.vitrail.fusion.metrics;

import io.vitrail.transformer.Check;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * BLEU, ROUGE-L and CIDEr-D of captions, as the COCO caption evaluation (Chen et al. 2015; pycocoevalcap) computes
 * them. No state; any thread may call.
 *
 * <pre>{@code
 * List<String> first = CaptionTokenizer.tokens("A cat sleeps.");
 * List<String> second = CaptionTokenizer.tokens("A sleeping cat.");
 * List<String> candidate = CaptionTokenizer.tokens("a cat is sleeping");
 * CaptionReport report =
 *         CaptionMetrics.score(Map.of("a.jpg", List.of(first, second)), Map.of("a.jpg", candidate));
 * }</pre>
 */
public final class CaptionMetrics {
    private static final int NAMED = 10;

    private CaptionMetrics() {}

    /**
     * Scores one candidate for each picture. A candidate may be empty.
     *
     * @param references by the picture's name: one or more, as tokens ({@link CaptionTokenizer#tokens})
     * @param candidates by the same names, as tokens
     * @throws IllegalArgumentException if there is no picture, a picture has no candidate or no reference, or a
     *     candidate is of a picture without references; the names are given
     */
    public static CaptionReport score(
            Map<String, List<List<String>>> references, Map<String, List<String>> candidates) {
        check(references, candidates);
        Map<String, CaptionedTokens> pictures = new LinkedHashMap<>();
        references.forEach((name, captions) -> pictures.put(name, new CaptionedTokens(candidates.get(name), captions)));
        CiderD cider = new CiderD(pictures.values());
        Map<String, CaptionScores> scores = new LinkedHashMap<>();
        Bleu sum = Bleu.NONE;
        for (Map.Entry<String, CaptionedTokens> picture : pictures.entrySet()) {
            CaptionedTokens captions = picture.getValue();
            Bleu bleu = Bleu.of(captions);
            sum = sum.plus(bleu);
            scores.put(picture.getKey(), new CaptionScores(bleu.scores(), RougeL.of(captions), cider.of(captions)));
        }
        return new CaptionReport(whole(sum, scores.values()), scores);
    }

    private static CaptionScores whole(Bleu bleu, Collection<CaptionScores> pictures) {
        return new CaptionScores(
                bleu.scores(),
                pictures.stream().mapToDouble(CaptionScores::rougeL).average().orElseThrow(),
                pictures.stream().mapToDouble(CaptionScores::ciderD).average().orElseThrow());
    }

    private static void check(Map<String, List<List<String>>> references, Map<String, List<String>> candidates) {
        Check.that(!references.isEmpty(), "There is no picture to score the captions of.");
        Set<String> known = references.keySet();
        Check.that(
                candidates.keySet().containsAll(known),
                "These pictures have no candidate caption: %s.",
                without(known, candidates.keySet()));
        Check.that(
                known.containsAll(candidates.keySet()),
                "These candidates are of pictures without references: %s.",
                without(candidates.keySet(), known));
        Set<String> bare =
                known.stream().filter(name -> !references.get(name).isEmpty()).collect(Collectors.toSet());
        Check.that(bare.equals(known), "These pictures have no reference caption: %s.", without(known, bare));
    }

    /** The first few that others lack, and how many more. */
    private static String without(Set<String> names, Set<String> others) {
        List<String> missing =
                names.stream().filter(name -> !others.contains(name)).sorted().toList();
        String first = missing.stream().limit(NAMED).collect(Collectors.joining(", "));
        return missing.size() <= NAMED ? first : first + " and " + (missing.size() - NAMED) + " more";
    }
}
