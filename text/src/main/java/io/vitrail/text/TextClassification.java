package io.vitrail.text;

import io.vitrail.transformer.Check;
import java.util.List;

/**
 * What a text classifier says of one text.
 *
 * @param labels all classes, best first
 */
public record TextClassification(List<LabelScore> labels) {
    public TextClassification {
        labels = List.copyOf(labels);
        Check.that(!labels.isEmpty(), "A classification needs at least one class.");
    }

    /** The class with the highest score. */
    public LabelScore best() {
        return labels.get(0);
    }

    /** The classes with the highest scores, at most so many. */
    public List<LabelScore> top(int count) {
        Check.that(count > 0, "At least 1 label must be asked for, not %d.", count);
        return labels.subList(0, Math.min(count, labels.size()));
    }
}
