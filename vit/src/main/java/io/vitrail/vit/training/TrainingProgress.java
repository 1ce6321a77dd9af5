package io.vitrail.vit.training;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Told what happens during a training, by the thread that trains. */
public interface TrainingProgress {
    /** Tells nobody. */
    TrainingProgress SILENT = new TrainingProgress() {};

    /** After every step. */
    default void stepped(Step step) {}

    /** After an epoch (counted from 1) with an evaluation. */
    default void evaluated(int epoch, List<Accuracy> accuracies) {}

    /** Asked after every step: whether to stop here, resumable. */
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
     * @param loss of this batch
     * @param accuracy of this batch; mixed pictures count by their larger part
     * @param rate learning rate
     * @param gradientNorm before clipping
     * @param picturesPerSecond lately
     * @param left estimate of the time to the end
     */
    record Step(
            long number,
            long total,
            int epoch,
            double loss,
            double accuracy,
            double rate,
            double gradientNorm,
            double picturesPerSecond,
            Duration left) {}
}
