package io.vitrail.text.generation;

import io.vitrail.transformer.Check;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * What a sequence begins with.
 *
 * @param ids at least one; the first of them may be padding
 * @param padding how many of the ids only fill up a batch: the model doesn't see them, but options that look at ids or lengths do
 * @param source ids of the text that is answered; of a model that continues its prompt, the prompt
 * @param number which of several texts it begins: with a seed, each has random numbers of its own. Without it, its
 *     place among those that are written together
 */
public record Prompt(long[] ids, int padding, long[] source, OptionalLong number) {
    public Prompt {
        Check.that(padding >= 0 && padding < ids.length, "A prompt needs at least one token.");
    }

    /** Of no number. */
    public Prompt(long[] ids, int padding, long[] source) {
        this(ids, padding, source, OptionalLong.empty());
    }

    /** What a model goes on from. */
    public static Prompt of(long... ids) {
        return new Prompt(ids, 0, ids);
    }

    /** Where a decoder begins to answer another text. */
    public Prompt withSource(long... answered) {
        return new Prompt(ids, padding, answered, number);
    }

    /**
     * Padded on the left. Options such as a repetition penalty or a greatest length then count the padding, as they do for
     * Hugging Face's batches: what comes of one prompt depends on how long the others are.
     */
    public Prompt paddedTo(int length, long pad) {
        Check.that(length >= ids.length, "%d tokens can't be padded to %d.", ids.length, length);
        long[] padded = new long[length];
        int more = length - ids.length;
        Arrays.fill(padded, 0, more, pad);
        System.arraycopy(ids, 0, padded, more, ids.length);
        return new Prompt(padded, padding + more, source == ids ? padded : source, number);
    }

    /** As one of several texts, which may be written at different times. */
    public Prompt numbered(long place) {
        return new Prompt(ids, padding, source, OptionalLong.of(place));
    }

    /** What the model sees. */
    long[] real() {
        return Arrays.copyOfRange(ids, padding, ids.length);
    }
}
