package io.vitrail.vit.training;

import java.time.Duration;
import java.util.List;

/**
 * What a training came to.
 *
 * @param finished false if the budget ended it early
 * @param steps taken
 * @param trained time in all, without the evaluations, resumed parts added up
 * @param loss running mean of the last steps
 * @param accuracies of the averaged weights, for each evaluation set
 */
public record TrainingReport(boolean finished, long steps, Duration trained, double loss, List<Accuracy> accuracies) {
    public TrainingReport {
        accuracies = List.copyOf(accuracies);
    }
}
