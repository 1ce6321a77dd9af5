package io.vitrail.fusion.metrics;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * CIDEr-D (Vedantam, Zitnick, Parikh 2015): how alike a candidate and its references are as vectors of n-grams, in
 * which a rare n-gram counts more. Rare is what occurs with few pictures of the evaluated set; so a picture's score
 * depends on the others, and of one picture alone it is 0. The candidate's counts are clipped to the reference's, and
 * another length costs.
 */
final class CiderD {
    /** The deviation of lengths, in tokens, at which the penalty begins to bite. */
    private static final double SIGMA = 6;

    private static final double FACTOR = 10;

    private final Map<List<String>, Integer> documents = new HashMap<>();
    private final double logOfPictures;

    /** Counts with how many pictures each n-gram occurs. */
    CiderD(Collection<CaptionedTokens> pictures) {
        logOfPictures = Math.log(pictures.size());
        for (CaptionedTokens captions : pictures) {
            Set<List<String>> ngrams = new HashSet<>();
            captions.references()
                    .forEach(reference ->
                            ngrams.addAll(NGrams.of(reference).counts().keySet()));
            ngrams.forEach(ngram -> documents.merge(ngram, 1, Integer::sum));
        }
    }

    double of(CaptionedTokens captions) {
        Vector candidate = vector(captions.candidate());
        double sum = 0;
        for (List<String> reference : captions.references()) {
            sum += candidate.likeness(vector(reference));
        }
        return FACTOR * sum / captions.references().size();
    }

    /** tf-idf (equation 1): what no reference has counts as what one picture has. */
    private Vector vector(List<String> tokens) {
        Map<List<String>, Double> weights = new HashMap<>();
        double[] squares = new double[NGrams.LONGEST];
        NGrams.of(tokens).counts().forEach((ngram, count) -> {
            double weight = count * (logOfPictures - Math.log(documents.getOrDefault(ngram, 1)));
            weights.put(ngram, weight);
            squares[ngram.size() - 1] += weight * weight;
        });
        return new Vector(weights, squares, tokens.size());
    }

    /**
     * @param squares of the lengths of the parts with n-grams of 1 to 4 tokens
     * @param length in tokens
     */
    private record Vector(Map<List<String>, Double> weights, double[] squares, int length) {
        /** The mean over n of the clipped cosine, times the penalty (equations 2 and 4). */
        double likeness(Vector reference) {
            double[] products = new double[NGrams.LONGEST];
            weights.forEach((ngram, weight) -> {
                double other = reference.weights.getOrDefault(ngram, 0.0);
                products[ngram.size() - 1] += Math.min(weight, other) * other;
            });
            double sum = 0;
            for (int n = 0; n < NGrams.LONGEST; n++) {
                double norms = Math.sqrt(squares[n]) * Math.sqrt(reference.squares[n]);
                sum += norms == 0 ? 0 : products[n] / norms;
            }
            double difference = length - reference.length;
            return sum / NGrams.LONGEST * Math.exp(-difference * difference / (2 * SIGMA * SIGMA));
        }
    }
}
