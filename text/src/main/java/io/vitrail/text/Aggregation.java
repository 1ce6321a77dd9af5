package io.vitrail.text;

import java.util.Arrays;
import java.util.List;

/** How classes of tokens become classes of words and of entities, as the reference's token-classification pipeline does. */
public enum Aggregation {
    /** Each token by itself. */
    NONE {
        @Override
        double[] ofWord(List<double[]> tokens) {
            throw new IllegalStateException("Tokens aren't joined to words.");
        }
    },
    /** Neighbours of one class together. */
    SIMPLE {
        @Override
        double[] ofWord(List<double[]> tokens) {
            throw new IllegalStateException("Tokens aren't joined to words.");
        }
    },
    /** First a word's tokens together, which is what its first token is; then neighbours of one class. */
    FIRST {
        @Override
        double[] ofWord(List<double[]> tokens) {
            return tokens.get(0);
        }
    },
    /** The same, where a word is what its tokens are on average. */
    AVERAGE {
        @Override
        double[] ofWord(List<double[]> tokens) {
            double[] mean = new double[tokens.get(0).length];
            tokens.forEach(scores -> Arrays.setAll(mean, i -> mean[i] + scores[i] / tokens.size()));
            return mean;
        }
    },
    /** The same, where a word is what its surest token is. */
    MAX {
        @Override
        double[] ofWord(List<double[]> tokens) {
            double[] surest = tokens.get(0);
            for (double[] scores : tokens) {
                surest = highest(scores) > highest(surest) ? scores : surest;
            }
            return surest;
        }
    };

    /** The probabilities of a word's classes by those of its tokens. */
    abstract double[] ofWord(List<double[]> tokens);

    /** Whether words matter. */
    boolean joinsWords() {
        return this != NONE && this != SIMPLE;
    }

    private static double highest(double[] scores) {
        return Arrays.stream(scores).max().orElseThrow();
    }
}
