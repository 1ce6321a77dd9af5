package io.vitrail.text.training;

import io.vitrail.transformer.Check;

/**
 * How a language is learned.
 *
 * @param text rows and weights
 * @param rows what becomes rows of tokens
 * @param learned which tokens the loss is of
 * @param masked the share of words that a masked language model must restore; the usual one for other models
 * @param promptTokens of a soft prompt that learns alone, before each row (Lester et al. 2021); 0 for none
 */
public record LanguageLessonOptions(
        TextLessonOptions text, Rows rows, Learned learned, double masked, int promptTokens) {
    private static final int MOST_PROMPT_TOKENS = 1000;

    /** Texts are joined; all tokens are learned, or 15 % of them are masked. */
    public static final LanguageLessonOptions DEFAULT =
            new LanguageLessonOptions(TextLessonOptions.DEFAULT, Rows.PACKED, Learned.ALL, 0.15, 0);

    /** What becomes rows of tokens. */
    public enum Rows {
        /** All texts, joined and cut into rows of the most tokens. What is left at the end isn't learned. */
        PACKED,
        /** Each text for itself, cut if it is longer; rows are filled up. */
        PADDED
    }

    /** Which tokens the loss is of. */
    public enum Learned {
        /** All. */
        ALL,
        /** Those of completions; prompts are only read. */
        COMPLETIONS
    }

    public LanguageLessonOptions {
        Check.that(masked > 0 && masked < 1, "the share of masked words must be between 0 and 1, not %s", masked);
        Check.that(
                promptTokens >= 0 && promptTokens <= MOST_PROMPT_TOKENS,
                "a soft prompt must have at most %d tokens, not %d",
                MOST_PROMPT_TOKENS,
                promptTokens);
        Check.that(
                promptTokens == 0 || text.lora().isEmpty(),
                "either a soft prompt learns or changes of low rank do, not both");
    }

    public LanguageLessonOptions with(TextLessonOptions other) {
        return new LanguageLessonOptions(other, rows, learned, masked, promptTokens);
    }

    public LanguageLessonOptions with(Rows other) {
        return new LanguageLessonOptions(text, other, learned, masked, promptTokens);
    }

    public LanguageLessonOptions with(Learned other) {
        return new LanguageLessonOptions(text, rows, other, masked, promptTokens);
    }

    public LanguageLessonOptions withPromptTokens(int tokens) {
        return new LanguageLessonOptions(text, rows, learned, masked, tokens);
    }
}
