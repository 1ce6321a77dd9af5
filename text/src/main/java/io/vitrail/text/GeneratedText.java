package io.vitrail.text;

import io.vitrail.text.generation.GeneratedSequence;
import java.util.Arrays;

/**
 * A text that a model wrote.
 *
 * @param text without special tokens; where it continues a prompt, what follows the prompt; where it was to begin with
 *     given words, with these
 * @param promptTokens how many tokens the model read before it wrote
 * @param sequence the tokens that it wrote, their scores, and why it ended
 */
public record GeneratedText(String text, int promptTokens, GeneratedSequence sequence) {
    /** How many tokens were written; the one that ends a text counts. */
    public int tokens() {
        return sequence.ids().length;
    }

    /**
     * How sure the model was: the mean of its tokens' natural log-probabilities, at most 0; NaN if the options didn't
     * ask for these.
     */
    public double meanLogProbability() {
        return Arrays.stream(sequence.logProbabilities()).average().orElse(Double.NaN);
    }

    /** Why the text ended. */
    public GeneratedSequence.End end() {
        return sequence.end();
    }
}
