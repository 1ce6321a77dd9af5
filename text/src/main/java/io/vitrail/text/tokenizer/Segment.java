package io.vitrail.text.tokenizer;

import java.util.Arrays;
import java.util.List;

/**
 * A text as tokens, before it is cut and framed.
 *
 * @param ids of the tokens
 * @param spans of the tokens in the text, or empty where nobody asked
 * @param surfaces what the tokens cover, in the spelling of the vocabulary; empty like the spans
 */
record Segment(long[] ids, List<Span> spans, List<String> surfaces) {
    Segment part(int start, int end) {
        boolean none = spans.isEmpty();
        return new Segment(
                Arrays.copyOfRange(ids, start, end),
                none ? spans : spans.subList(start, end),
                none ? surfaces : surfaces.subList(start, end));
    }

    Segment withSpans(List<Span> others) {
        return new Segment(ids, others, surfaces);
    }
}
