package io.vitrail.text.tokenizer;

import io.vitrail.transformer.Check;
import java.util.Optional;

/**
 * What is encoded as one row: a text, or a pair of them, such as a question and its context.
 *
 * @param text the only or the first text
 * @param pair the second text; an empty one makes a pair all the same
 */
public record TokenizerInput(String text, Optional<String> pair) {
    public TokenizerInput {
        UnicodeText.check(text);
        pair.ifPresent(UnicodeText::check);
    }

    /** One text. */
    public static TokenizerInput of(String text) {
        return new TokenizerInput(text, Optional.empty());
    }

    /** Two texts in one row. */
    public static TokenizerInput pair(String text, String pair) {
        Check.that(pair != null, "The second text is null; use TokenizerInput.of for one text.");
        return new TokenizerInput(text, Optional.of(pair));
    }
}
