package io.vitrail.fusion.metrics;

import java.util.List;

/**
 * ROUGE-L (Lin 2004, section 3): how much of candidate and reference is a common subsequence, as a weighted F-measure
 * of the best precision and the best recall among the references.
 */
final class RougeL {
    /** How much more recall counts than precision. */
    private static final double BETA = 1.2;

    private RougeL() {}

    static double of(CaptionedTokens captions) {
        List<String> candidate = orBlank(captions.candidate());
        double precision = 0;
        double recall = 0;
        for (List<String> tokens : captions.references()) {
            List<String> reference = orBlank(tokens);
            double common = longestCommonSubsequence(candidate, reference);
            precision = Math.max(precision, common / candidate.size());
            recall = Math.max(recall, common / reference.size());
        }
        double square = BETA * BETA;
        return recall == 0 ? 0 : (1 + square) * precision * recall / (recall + square * precision);
    }

    /** The COCO evaluation takes an empty caption for one empty token; so two empty captions agree. */
    private static List<String> orBlank(List<String> tokens) {
        return tokens.isEmpty() ? List.of("") : tokens;
    }

    /** Its length; memory for one row of the table. */
    private static int longestCommonSubsequence(List<String> a, List<String> b) {
        int[] row = new int[b.size() + 1]; // row[j]: of a's tokens so far and b's first j
        for (String token : a) {
            int diagonal = 0;
            for (int j = 1; j <= b.size(); j++) {
                int above = row[j];
                row[j] = token.equals(b.get(j - 1)) ? diagonal + 1 : Math.max(above, row[j - 1]);
                diagonal = above;
            }
        }
        return row[b.size()];
    }
}
