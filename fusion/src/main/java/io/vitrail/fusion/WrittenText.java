package io.vitrail.fusion;

import io.vitrail.text.GeneratedText;
import io.vitrail.text.generation.GeneratedSequence.End;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A text that a decoder wrote.
 *
 * @param source ids of the text that it answers, where an encoder read one
 * @param begun ids that it was to go on from; at least one
 * @param written ids that it wrote; what ends a text is none of them
 */
record WrittenText(long[] source, long[] begun, long[] written) {
    /** What a decoder wrote behind such ids. */
    static WrittenText of(long[] begun, GeneratedText text) {
        long end = text.tokens() - (text.end() == End.EOS ? 1 : 0);
        return new WrittenText(
                new long[0],
                begun,
                Arrays.stream(text.sequence().ids()).limit(end).toArray());
    }

    /** The same text, as the answer to such ids. */
    WrittenText answering(long[] asked) {
        return new WrittenText(asked, begun, written);
    }

    /** What the decoder had read when it wrote the last token. */
    long[] read() {
        return LongStream.concat(Arrays.stream(begun), Arrays.stream(written).limit(Math.max(0, written.length - 1)))
                .toArray();
    }

    /**
     * The places that the written tokens were written at: each is the one before the token's own.
     *
     * @param before how many other tokens stand before the text
     */
    int[] places(int before) {
        int first = before + begun.length - 1;
        return IntStream.range(first, first + written.length).toArray();
    }
}
