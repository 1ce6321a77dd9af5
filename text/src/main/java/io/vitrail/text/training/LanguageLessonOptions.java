package io.vitrail.text.training;

import io.vitrail.transformer.Check;

/**
 * How a language is learned.
 *
 * @param text rows and weights
 * @param rows what becomes rows of tokens
 * @param learned which tokens the loss is of
 * @param masked the share of words that a masked language model must restore
 */
public record LanguageLessonOptions(TextLessonOptions text, Rows rows, Learned learned, double masked) {
    /** Texts are joined; all tokens are learned, or 15 % of them are masked. */
    public static final LanguageLessonOptions DEFAULT =
            new LanguageLessonOptions(TextLessonOptions.DEFAULT, Rows.PACKED, Learned.ALL, 0.15);

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
    }

    public LanguageLessonOptions with(TextLessonOptions other) {
        return new LanguageLessonOptions(other, rows, learned, masked);
    }

    public LanguageLessonOptions with(Rows other) {
        return new LanguageLessonOptions(text, other, learned, masked);
    }

    public LanguageLessonOptions with(Learned other) {
        return new LanguageLessonOptions(text, rows, other, masked);
    }
}
