package io.vitrail.text.generation;

import io.vitrail.text.generation.GeneratedSequence.End;
import java.util.Optional;

/**
 * What is to be written behind one prompt.
 *
 * @param limit length of the longest sequence, prompt included
 * @param processors what the options change about the scores
 * @param stops what else ends a sequence
 */
record Job(Prompt prompt, int limit, ScoreProcessor processors, GenerationOptions options, StopStrings stops) {
    History history() {
        return History.of(prompt.ids());
    }

    /** Changes a row of scores as the options ask. */
    void process(History history, float[] scores) {
        if (!options.removeInvalidValues()) {
            checkValid(scores);
        }
        processors.process(history, scores);
    }

    private static void checkValid(float[] scores) {
        for (float score : scores) {
            if (Float.isNaN(score) || score == Float.POSITIVE_INFINITY) {
                throw new IllegalStateException("The model gives the score " + score
                        + ", so its weights or its precision are at fault."
                        + "\n  try:  the precision fp32, or removeInvalidValues, which replaces such scores.");
            }
        }
    }

    /** Why a sequence ends here, if it does. */
    Optional<End> end(History history) {
        if (options.eos().contains(history.lastId())) {
            return Optional.of(End.EOS);
        }
        if (stops.endWith(history)) {
            return Optional.of(End.STOP_STRING);
        }
        return history.length() >= limit ? Optional.of(End.LENGTH) : Optional.empty();
    }
}
