package io.vitrail.text.tokenizer;

/** Which text of a row loses tokens when the row is too long; the names are those of the reference's options. */
public enum Truncation {
    DO_NOT_TRUNCATE,
    /** The longer of the two, until they are equally long, then both. */
    LONGEST_FIRST,
    ONLY_FIRST,
    ONLY_SECOND
}
