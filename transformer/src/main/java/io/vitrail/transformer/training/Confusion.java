package io.vitrail.transformer.training;

import io.vitrail.transformer.Check;
import java.util.Arrays;
import java.util.List;

/**
 * How often examples of each class were taken for which class.
 *
 * @param labels names of the classes
 * @param counts a row for each true class, with the number of examples that were answered with each class
 */
public record Confusion(List<String> labels, List<List<Integer>> counts) {
    public Confusion {
        labels = List.copyOf(labels);
        counts = counts.stream().map(List::copyOf).toList();
        int classes = labels.size();
        Check.that(
                counts.size() == classes && counts.stream().allMatch(row -> row.size() == classes),
                "%d classes need a square of as many counts",
                classes);
    }

    /** Counts pairs of a true and an answered class. */
    public static Confusion of(List<String> labels, int[] truth, int[] answers) {
        Integer[][] counts = new Integer[labels.size()][labels.size()];
        for (Integer[] row : counts) {
            Arrays.fill(row, 0);
        }
        for (int i = 0; i < truth.length; i++) {
            counts[truth[i]][answers[i]]++;
        }
        return new Confusion(labels, Arrays.stream(counts).map(List::of).toList());
    }
}
