package io.vitrail.text.training;

import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.lora.LoraConfig;
import java.util.Optional;

/**
 * How a text model learns.
 *
 * @param maxTokens of a row at most, special ones included; fewer if the model takes fewer
 * @param lora which changes of low rank are learned, instead of all weights; a new head is always learned whole
 * @param command that makes this model, for its card; may be empty
 */
public record TextLessonOptions(int maxTokens, Optional<LoraConfig> lora, String command) {
    /** Rows of up to 512 tokens, and all weights learn. */
    public static final TextLessonOptions DEFAULT = new TextLessonOptions(512, Optional.empty(), "");

    public TextLessonOptions {
        Check.that(
                maxTokens >= 2 && maxTokens <= EncodeOptions.LONGEST,
                "a row must have 2 to %d tokens at most, not %d",
                EncodeOptions.LONGEST,
                maxTokens);
    }

    public TextLessonOptions withMaxTokens(int tokens) {
        return new TextLessonOptions(tokens, lora, command);
    }

    public TextLessonOptions withLora(LoraConfig config) {
        return new TextLessonOptions(maxTokens, Optional.of(config), command);
    }
}
