package io.vitrail.transformer.training;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How a fine-tuning went.
 *
 * @param end why it ended
 * @param steps taken
 * @param trained time of the steps, without evaluations
 * @param loss mean of the last steps
 * @param best the best evaluation; without any, empty
 * @param settings of the training, by name
 */
public record TuningReport(
        End end, long steps, Duration trained, double loss, Optional<Best> best, Map<String, String> settings) {
    /** Why a training ended. */
    public enum End {
        /** All steps are taken. */
        FINISHED,
        /** The evaluations didn't get better any more. */
        EARLY,
        /** It was asked to stop, and goes on when it is run again. */
        STOPPED,
        /** Its time was used up; with more of it, it goes on when it is run again. */
        OUT_OF_TIME
    }

    /**
     * The best evaluation.
     *
     * @param step after which it was made
     * @param epoch in which that was, from 1
     */
    public record Best(long step, int epoch, Evaluation evaluation) {}
}
