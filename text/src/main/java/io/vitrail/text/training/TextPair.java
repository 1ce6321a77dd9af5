package io.vitrail.text.training;

/** A text, and what is to be written when it is read. */
public record TextPair(String source, String target) {}
