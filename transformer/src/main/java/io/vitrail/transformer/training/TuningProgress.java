package io.vitrail.transformer.training;

import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalDouble;

/** Told what happens during a fine-tuning, by the thread that trains. */
public interface TuningProgress {
    /** Tells nobody. */
    TuningProgress SILENT = new TuningProgress() {};

    /** After every step. */
    default void stepped(Step step) {}

    /** After an evaluation. */
    default void evaluated(Evaluated evaluated) {}

    /** Asked after every step: whether to save and stop here. */
    default boolean stopRequested() {
        return false;
    }

    /** The state was written. */
    default void saved(Path file) {}

    /** A training goes on that had been stopped after so many steps. */
    default void resumed(long steps) {}

    /**
     * One step of the optimizer.
     *
     * @param number of the step, from 1
     * @param total steps of the whole training
     * @param epoch from 1
     * @param loss of the step's examples
     * @param accuracy of the step's examples, if the lesson has one
     * @param rate learning rate
     * @param gradientNorm before clipping
     * @param examplesPerSecond lately
     * @param left estimate of the time to the end
     */
    record Step(
            long number,
            long total,
            int epoch,
            double loss,
            OptionalDouble accuracy,
            double rate,
            double gradientNorm,
            double examplesPerSecond,
            Duration left) {}

    /**
     * An evaluation.
     *
     * @param step after which it was made
     * @param epoch from 1
     * @param loss mean of the steps since the last evaluation
     * @param best whether it is the best so far
     */
    record Evaluated(long step, int epoch, double loss, Evaluation evaluation, boolean best) {}
}
