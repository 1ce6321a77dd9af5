package io.vitrail.transformer.training;

import io.vitrail.transformer.Check;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How good a model is.
 *
 * @param metrics values by name, such as {@code accuracy}; the first one decides which weights are best, and
 *     where it is the same, the lower {@code loss}
 * @param goal whether more of the deciding metric is better
 * @param confusion of a classification's classes
 */
public record Evaluation(Map<String, Double> metrics, Goal goal, Optional<Confusion> confusion) {
    /** What is better. */
    public enum Goal {
        /** Such as accuracy. */
        MORE,
        /** Such as loss. */
        LESS
    }

    public Evaluation {
        Check.that(!metrics.isEmpty(), "an evaluation needs a metric");
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics)); // keeps the order
    }

    /** Where more of the first metric is better. */
    public Evaluation(Map<String, Double> metrics) {
        this(metrics, Goal.MORE, Optional.empty());
    }

    /** The deciding metric's name. */
    public String metric() {
        return metrics.keySet().iterator().next();
    }

    /** The deciding metric's value. */
    public double value() {
        return metrics.get(metric());
    }

    /** Whether its deciding value is that of another, and its {@code loss} lower. */
    boolean isEqualWithLowerLoss(Evaluation other) {
        return value() == other.value() && loss() < other.loss();
    }

    private double loss() {
        return metrics.getOrDefault("loss", Double.NaN);
    }

    /** Whether its deciding value is better than another; a value that isn't a number never is. */
    boolean isBetterThan(double other) {
        return goal == Goal.MORE ? value() > other : value() < other;
    }
}
