package io.vitrail.fusion.metrics;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * BLEU-1 to BLEU-4 (Papineni et al. 2002): the geometric mean of the precisions of n-grams, each counted no more
 * often than in the reference that has most of it, with a penalty for candidates shorter than their references. Of
 * several references the length counts that is closest to the candidate's, of equally close ones the shorter.
 *
 * <p>These are the statistics that the scores are made of; those of a corpus are the sums over its pictures.
 *
 * @param length of the candidate, in tokens
 * @param referenceLength the closest
 * @param matching n-grams of the candidate that references have, by n - 1
 * @param guessed all n-grams of the candidate, by n - 1
 */
record Bleu(int length, int referenceLength, List<Integer> matching, List<Integer> guessed) {
    /**
     * Added to counts, as the COCO evaluation does, so that no precision is exactly 0 and nothing is divided by 0.
     */
    private static final double TINY = 1e-15;

    private static final double SMALL = 1e-9;

    static final Bleu NONE = new Bleu(0, 0, List.of(0, 0, 0, 0), List.of(0, 0, 0, 0));

    static Bleu of(CaptionedTokens captions) {
        Map<List<String>, Integer> most = new HashMap<>();
        captions.references()
                .forEach(reference ->
                        NGrams.of(reference).counts().forEach((n, count) -> most.merge(n, count, Math::max)));
        int[] matching = new int[NGrams.LONGEST];
        NGrams.of(captions.candidate())
                .counts()
                .forEach((ngram, count) -> matching[ngram.size() - 1] += Math.min(count, most.getOrDefault(ngram, 0)));
        int length = captions.candidate().size();
        List<Integer> matches = new ArrayList<>();
        List<Integer> guesses = new ArrayList<>();
        for (int n = 1; n <= NGrams.LONGEST; n++) {
            matches.add(matching[n - 1]);
            guesses.add(Math.max(0, length - n + 1));
        }
        return new Bleu(length, closest(length, captions.references()), matches, guesses);
    }

    private static int closest(int length, List<List<String>> references) {
        int closest = references.get(0).size();
        for (List<String> reference : references) {
            int distance = Math.abs(reference.size() - length) - Math.abs(closest - length);
            closest = distance < 0 || distance == 0 && reference.size() < closest ? reference.size() : closest;
        }
        return closest;
    }

    Bleu plus(Bleu other) {
        return new Bleu(
                length + other.length,
                referenceLength + other.referenceLength,
                sums(matching, other.matching),
                sums(guessed, other.guessed));
    }

    private static List<Integer> sums(List<Integer> a, List<Integer> b) {
        List<Integer> sums = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
            sums.add(a.get(i) + b.get(i));
        }
        return sums;
    }

    /** BLEU-1 to BLEU-4. */
    List<Double> scores() {
        double ratio = (length + TINY) / (referenceLength + SMALL);
        double brevity = ratio < 1 ? Math.exp(1 - 1 / ratio) : 1;
        List<Double> scores = new ArrayList<>();
        double product = 1;
        for (int n = 1; n <= NGrams.LONGEST; n++) {
            product *= (matching.get(n - 1) + TINY) / (guessed.get(n - 1) + SMALL);
            scores.add(brevity * Math.pow(product, 1.0 / n));
        }
        return scores;
    }
}
