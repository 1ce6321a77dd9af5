package io.vitrail.text.tokenizer;

import io.vitrail.transformer.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Cuts texts to a maximum number of tokens, as the tokenizers library does.
 *
 * @param strategy which text is cut
 * @param maxLength tokens of both texts together
 * @param stride how many tokens a continuation repeats
 * @param side where tokens are cut off
 */
record Cutter(Truncation strategy, int maxLength, int stride, Side side) {
    /** Each text as its first part and the continuations. */
    List<List<Segment>> cut(List<Segment> texts) {
        int[] lengths = texts.stream().mapToInt(text -> text.ids().length).toArray();
        int excess = IntStream.of(lengths).sum() - maxLength;
        if (strategy == Truncation.DO_NOT_TRUNCATE || excess <= 0) {
            return texts.stream().map(List::of).toList();
        }
        int[] wanted =
                switch (strategy) {
                    case DO_NOT_TRUNCATE -> lengths;
                    case ONLY_FIRST -> shortened(lengths, 0, excess);
                    case ONLY_SECOND -> shortened(lengths, 1, excess);
                    case LONGEST_FIRST -> shared(lengths);
                };
        return IntStream.range(0, lengths.length)
                .mapToObj(i -> parts(texts.get(i), wanted[i]))
                .toList();
    }

    private int[] shortened(int[] lengths, int which, int excess) {
        Check.that(which < lengths.length, "Only the second text may be cut, but there is only one.");
        Check.that(
                maxLength == 0 || lengths[which] > excess,
                "%d tokens must go, but the text that may be cut (%s) has %d. Choose another truncation, or a larger"
                        + " maximum length.",
                excess,
                strategy,
                lengths[which]);
        int[] wanted = maxLength == 0 ? new int[lengths.length] : lengths.clone();
        wanted[which] = Math.max(lengths[which] - excess, 0);
        return wanted;
    }

    /** The longer gives way until both are equal, then both do. */
    private int[] shared(int[] lengths) {
        if (lengths.length == 1) {
            return new int[] {maxLength};
        }
        int shorter = Math.min(lengths[0], lengths[1]);
        int longer = shorter > maxLength ? shorter : Math.max(shorter, maxLength - shorter);
        if (shorter + longer > maxLength) {
            shorter = maxLength / 2;
            longer = shorter + maxLength % 2;
        }
        return lengths[0] > lengths[1] ? new int[] {longer, shorter} : new int[] {shorter, longer};
    }

    private List<Segment> parts(Segment text, int most) {
        int length = text.ids().length;
        if (most >= length) {
            return List.of(text);
        }
        if (most == 0) {
            return List.of(text.part(0, 0), text);
        }
        Check.that(
                stride < most,
                "The stride (%d) must be less than the %d tokens that are left of a text for a row.",
                stride,
                most);
        List<Segment> parts = new ArrayList<>();
        boolean right = side == Side.RIGHT;
        for (int done = 0; ; done += most - stride) {
            int start = right ? done : Math.max(length - done - most, 0);
            int end = right ? Math.min(done + most, length) : length - done;
            parts.add(text.part(start, end));
            if (right ? end == length : start == 0) {
                return parts;
            }
        }
    }
}
