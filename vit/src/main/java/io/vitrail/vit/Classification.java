package io.vitrail.vit;

import io.vitrail.transformer.Check;
import java.util.Comparator;
import java.util.List;

/**
 * What an image classifier says of one picture.
 *
 * @param labels all classes, best first
 * @param unsureBelow below this best probability the classifier doesn't stand by its answer; 0 if it always does
 */
public record Classification(List<ScoredLabel> labels, double unsureBelow) {
    public Classification {
        labels = List.copyOf(labels);
        Check.that(!labels.isEmpty(), "A classification needs at least one class.");
    }

    /** What several of one picture say together: the mean of their probabilities. */
    static Classification mean(List<Classification> several) {
        if (several.size() == 1) {
            return several.get(0);
        }
        double[] sums = new double[several.get(0).labels().size()];
        several.forEach(one -> one.labels().forEach(label -> sums[label.index()] += label.probability()));
        List<ScoredLabel> means = several.get(0).labels().stream()
                .map(label -> new ScoredLabel(label.label(), label.index(), sums[label.index()] / several.size()))
                .sorted(Comparator.comparingDouble(ScoredLabel::probability).reversed())
                .toList();
        return new Classification(means, several.get(0).unsureBelow());
    }

    /** The most probable class. */
    public ScoredLabel best() {
        return labels.get(0);
    }

    /** The most probable classes, at most so many. */
    public List<ScoredLabel> top(int count) {
        Check.that(count > 0, "At least 1 label must be asked for, not %d.", count);
        return labels.subList(0, Math.min(count, labels.size()));
    }

    /** Whether the picture probably shows none of the classes. */
    public boolean isUnsure() {
        return best().probability() < unsureBelow;
    }
}
