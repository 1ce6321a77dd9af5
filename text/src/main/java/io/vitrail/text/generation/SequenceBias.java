package io.vitrail.text.generation;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What is added to the score of a sequence's last token where those before it stand already; negative infinity forbids the
 * sequence. As in the reference, a sequence counts only where the history is as long as it.
 *
 * @param biases by sequence of ids, none empty
 */
record SequenceBias(Map<List<Long>, Double> biases) implements ScoreProcessor {
    /** Forbids words, but no end token that stands for itself. */
    static SequenceBias forbidding(List<List<Long>> words, List<Long> ends) {
        return new SequenceBias(words.stream()
                .filter(word -> word.size() > 1 || !ends.contains(word.get(0)))
                .distinct()
                .collect(Collectors.toMap(word -> word, word -> Double.NEGATIVE_INFINITY)));
    }

    @Override
    public void process(History history, float[] scores) {
        biases.forEach((sequence, bias) -> {
            int before = sequence.size() - 1;
            boolean fits = before == 0 || sequence.size() <= history.length();
            long[] ids = sequence.stream().mapToLong(Long::longValue).toArray();
            if (fits && history.endsWith(ids, 0, before)) {
                scores[(int) ids[before]] += bias.floatValue();
            }
        });
    }
}
