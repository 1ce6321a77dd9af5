package io.vitrail.fusion;

import io.vitrail.text.GeneratedText;
import io.vitrail.vit.attention.WordMap;
import java.util.List;

/**
 * A caption, and where its words came from.
 *
 * @param caption the best one
 * @param words of the whole caption, those of a prompt among them, in their order; behind a prompt that holds the
 *     picture (LLaVA, BLIP-2) those that were written
 */
public record ExplainedCaption(GeneratedText caption, List<WordMap> words) {
    public ExplainedCaption {
        words = List.copyOf(words);
    }
}
