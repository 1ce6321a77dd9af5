package io.vitrail.text.tokenizer;

import java.util.List;

/**
 * One encoded row. All arrays and lists are equally long, offsets excepted: they are empty unless asked for. The arrays
 * belong to the caller.
 *
 * @param ids of the tokens
 * @param typeIds which part of a pair a token belongs to, in the numbering of the model
 * @param attentionMask 1 for tokens, 0 for padding
 * @param specialTokensMask 1 for tokens that stand for no text: framing and padding
 * @param sequences 0 and 1 for tokens of the first and the second text, -1 for others
 * @param tokens as the vocabulary spells them
 * @param offsets of the tokens in their text
 */
public record Encoding(
        long[] ids,
        long[] typeIds,
        long[] attentionMask,
        long[] specialTokensMask,
        int[] sequences,
        List<String> tokens,
        List<Span> offsets) {
    /** Tokens, padding included. */
    public int length() {
        return ids.length;
    }
}
