package io.vitrail.transformer.training;

import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What happened in a training, step by step. {@link FineTuner} keeps it in the file {@link #FILE}, a line of JSON for
 * each entry.
 *
 * @param settings of the training, by name
 * @param steps in order
 * @param epochs the evaluations, in order
 */
public record TrainingHistory(Map<String, String> settings, List<Step> steps, List<Epoch> epochs) {
    /** The file's name, beside the training's state. */
    public static final String FILE = "history.jsonl";

    public TrainingHistory {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        steps = List.copyOf(steps);
        epochs = List.copyOf(epochs);
    }

    /**
     * A step of the optimizer.
     *
     * @param number from 1
     * @param epoch from 1
     * @param loss of its examples; may be no number
     * @param accuracy of its examples, if it was measured
     * @param rate learning rate
     * @param gradientNorm before clipping; may be no number
     * @param seconds of training up to its end, over all runs
     */
    public record Step(
            long number,
            int epoch,
            double loss,
            OptionalDouble accuracy,
            double rate,
            double gradientNorm,
            double seconds) {}

    /**
     * An evaluation, usually after an epoch.
     *
     * @param number of the epoch, from 1
     * @param step after which it was made
     * @param loss mean of the steps since the evaluation before
     * @param metrics by name, the deciding one first
     * @param confusion of a classification's classes
     */
    public record Epoch(
            int number, long step, double loss, Map<String, Double> metrics, Optional<Confusion> confusion) {
        public Epoch {
            metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
        }
    }

    /** The confusion matrix of the last evaluation that has one. */
    public Optional<Confusion> confusion() {
        return epochs.stream().flatMap(epoch -> epoch.confusion().stream()).reduce((first, second) -> second);
    }

    /**
     * Reads a file that a training has written.
     *
     * @throws CheckpointException if it can't be read, or a line is damaged; the message says which
     */
    public static TrainingHistory read(Path file) {
        return HistoryFile.read(file, Long.MAX_VALUE);
    }
}
