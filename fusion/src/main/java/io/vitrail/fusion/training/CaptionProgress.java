package io.vitrail.fusion.training;

import java.time.Duration;

/** Told what happens while a captioner is trained, by the thread that trains. */
public interface CaptionProgress {
    /** Tells nobody. */
    CaptionProgress SILENT = new CaptionProgress() {};

    /** What is being prepared: so many of so many are done. */
    default void prepared(String what, long done, long total) {}

    /** A training goes on that had been stopped after so many steps. */
    default void resumed(long steps) {}

    /** After every step. */
    default void stepped(Step step) {}

    /** After every epoch (counted from 1): CIDEr-D on the photos of the split val. */
    default void evaluated(int epoch, double ciderD, boolean best) {}

    /** Asked after every step: whether to stop here, resumable. */
    default boolean stopRequested() {
        return false;
    }

    /**
     * One step of the optimizer.
     *
     * @param number of the step, from 1
     * @param total steps of the whole training
     * @param epoch from 1
     * @param loss of this batch
     * @param captionsPerSecond lately
     * @param left estimate of the time to the end, without evaluations
     */
    record Step(long number, long total, int epoch, double loss, double captionsPerSecond, Duration left) {}
}
