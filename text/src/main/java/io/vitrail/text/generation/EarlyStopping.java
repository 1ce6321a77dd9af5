package io.vitrail.text.generation;

/** When beam search is content with the sequences that have ended. */
public enum EarlyStopping {
    /** When those that go on would have to get better to be among the best, at the length they have. */
    FALSE,
    /** As soon as there are as many as beams. */
    TRUE,
    /** Only when none that goes on can be among the best, at any length. */
    NEVER
}
