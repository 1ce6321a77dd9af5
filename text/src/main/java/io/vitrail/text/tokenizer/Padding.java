package io.vitrail.text.tokenizer;

/** How rows of different lengths become one batch; the names are those of the reference's options. */
public enum Padding {
    /** Rows keep their lengths. */
    DO_NOT_PAD,
    /** All as long as the longest row of the batch. */
    LONGEST,
    /** All as long as the maximum length; no padding where neither the caller nor the model has one. */
    MAX_LENGTH
}
