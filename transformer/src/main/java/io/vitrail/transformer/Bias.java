package io.vitrail.transformer;

/** Whether a linear layer adds a bias. */
public enum Bias {
    PRESENT,
    ABSENT;

    /** From a checkpoint's flag. */
    public static Bias of(boolean present) {
        return present ? PRESENT : ABSENT;
    }
}
