package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * The half of a model that compares texts with pictures which reads the texts: one vector stands for the whole text, and
 * was trained to be compared.
 */
abstract class ComparedText extends TextEncoder {
    private final int vocabulary;
    private final int maxTokens;

    ComparedText(TextTask task, int vocabulary, int maxTokens) {
        super(task, List.of());
        this.vocabulary = vocabulary;
        this.maxTokens = maxTokens;
    }

    @Override
    final NDArray summary(TextFeatures features) {
        return pooled(features);
    }

    @Override
    final boolean hasPooler() {
        return true;
    }

    @Override
    final TextPooling usualPooling() {
        return TextPooling.POOLED;
    }

    @Override
    public final int maxTokens() {
        return maxTokens;
    }

    @Override
    public final int vocabulary() {
        return vocabulary;
    }

    /** It knows none. */
    @Override
    public final int segments() {
        return 0;
    }

    /** None: what is beside a tower in a whole model is beside it here. */
    @Override
    public final String basePrefix() {
        return "";
    }
}
