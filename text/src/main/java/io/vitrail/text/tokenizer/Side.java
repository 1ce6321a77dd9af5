package io.vitrail.text.tokenizer;

/** The end of a row at which tokens are added or cut off. */
public enum Side {
    LEFT,
    RIGHT
}
