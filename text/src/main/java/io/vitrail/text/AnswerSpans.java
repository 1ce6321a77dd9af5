package io.vitrail.text;

import io.vitrail.text.tokenizer.Encoding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * The most probable answers within one row, as the reference's question-answering pipeline finds them: the probability of a span
 * is that of its first token to begin an answer times that of its last token to end it.
 */
final class AnswerSpans {
    /** What the reference puts in place of the scores of tokens that can't be in an answer. */
    private static final float IMPOSSIBLE = -10000;

    /**
     * A span of tokens.
     *
     * @param first token of the row
     * @param last token, part of the span
     */
    record Candidate(int first, int last, double score) {}

    private final double[] start;
    private final double[] end;
    private final double none;

    /**
     * @param startLogits of each token to begin the answer
     * @param endLogits of each token to end it
     * @param row whose second text is the context
     * @param cls the id of the token that answers stand at that aren't there
     */
    AnswerSpans(float[] startLogits, float[] endLogits, Encoding row, OptionalLong cls) {
        float[] starts = startLogits.clone();
        float[] ends = endLogits.clone();
        for (int i = 0; i < starts.length; i++) {
            boolean isCls = cls.isPresent() && row.ids()[i] == cls.getAsLong();
            if (row.sequences()[i] != 1 && !isCls) {
                starts[i] = IMPOSSIBLE;
                ends[i] = IMPOSSIBLE;
            }
        }
        start = ScoreFunction.SOFTMAX.apply(starts);
        end = ScoreFunction.SOFTMAX.apply(ends);
        none = start[0] * end[0];
        start[0] = 0;
        end[0] = 0;
    }

    /** The probability that there is no answer. */
    double none() {
        return none;
    }

    /**
     * The best spans.
     *
     * @param count at most so many
     * @param longest most tokens of a span
     */
    List<Candidate> best(int count, int longest) {
        List<Candidate> candidates = new ArrayList<>();
        for (int first = 0; first < start.length; first++) {
            for (int last = first; last < Math.min(start.length, first + longest); last++) {
                double score = start[first] * end[last];
                if (score > 0) {
                    candidates.add(new Candidate(first, last, score));
                }
            }
        }
        candidates.sort(Comparator.comparingDouble(Candidate::score).reversed());
        return candidates.subList(0, Math.min(count, candidates.size()));
    }
}
