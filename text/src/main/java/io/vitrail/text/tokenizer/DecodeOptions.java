package io.vitrail.text.tokenizer;

import java.util.Optional;

/**
 * How ids become text again.
 *
 * @param skipSpecialTokens whether special tokens are left out
 * @param cleanUpSpaces whether spaces before punctuation and English contractions are removed; without it the
 *     checkpoint's choice
 */
public record DecodeOptions(boolean skipSpecialTokens, Optional<Boolean> cleanUpSpaces) {
    /** Everything is shown, as the reference does by default. */
    public static DecodeOptions defaults() {
        return new DecodeOptions(false, Optional.empty());
    }

    /** The text alone. */
    public static DecodeOptions textOnly() {
        return new DecodeOptions(true, Optional.empty());
    }

    public DecodeOptions withCleanUpSpaces(boolean wanted) {
        return new DecodeOptions(skipSpecialTokens, Optional.of(wanted));
    }
}
