package io.vitrail.text;

import io.vitrail.transformer.weights.ConfigJson;
import java.util.Arrays;

/** How logits become scores. */
public enum ScoreFunction {
    /** One class is right: scores add up to 1. */
    SOFTMAX {
        @Override
        double[] apply(float[] logits) {
            double[] scores = new double[logits.length];
            double most = Double.NEGATIVE_INFINITY;
            for (float logit : logits) {
                most = Math.max(most, logit);
            }
            for (int i = 0; i < scores.length; i++) {
                scores[i] = Math.exp(logits[i] - most);
            }
            double sum = Arrays.stream(scores).sum();
            return Arrays.stream(scores).map(score -> score / sum).toArray();
        }
    },
    /** Each class is right or not by itself. */
    SIGMOID {
        @Override
        double[] apply(float[] logits) {
            double[] scores = new double[logits.length];
            Arrays.setAll(scores, i -> 1 / (1 + Math.exp(-logits[i])));
            return scores;
        }
    },
    /** The logits themselves: numbers that the model tells, such as a number of stars. */
    NONE {
        @Override
        double[] apply(float[] logits) {
            double[] scores = new double[logits.length];
            Arrays.setAll(scores, i -> logits[i]);
            return scores;
        }
    };

    /** As the reference's text-classification pipeline decides. */
    static ScoreFunction of(ConfigJson config, int classes) {
        String problem = config.text("problem_type", "");
        if (problem.equals("regression")) {
            return NONE;
        }
        return problem.equals("multi_label_classification") || classes == 1 ? SIGMOID : SOFTMAX;
    }

    abstract double[] apply(float[] logits);
}
