package io.vitrail.transformer.training;

import ai.djl.ndarray.NDArray;

/** What becomes of the losses of a batch's examples. */
public enum Reduction {
    /** Their sum, divided by the weight of all that count: a scalar, not a number if none counts. */
    MEAN,
    /** Their sum, a scalar. */
    SUM,
    /** They stay as they are. */
    NONE;

    /**
     * @param losses of each example, 0 where one doesn't count
     * @param weight of all that count, a scalar
     */
    NDArray of(NDArray losses, NDArray weight) {
        return switch (this) {
            case MEAN -> losses.sum().div(weight);
            case SUM -> losses.sum();
            case NONE -> losses;
        };
    }

    /** The same where every example counts alike. */
    NDArray of(NDArray losses) {
        return switch (this) {
            case MEAN -> losses.mean();
            case SUM -> losses.sum();
            case NONE -> losses;
        };
    }
}
