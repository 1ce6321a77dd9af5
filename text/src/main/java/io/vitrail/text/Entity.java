package io.vitrail.text;

/**
 * A token, or several together, and the class it is of.
 *
 * @param label name of the class; of several tokens together without B- or I-
 * @param score its probability
 * @param word as the tokenizer spells it; the text itself is {@code text.substring(start, end)}
 * @param start index of its first character in the text
 * @param end index behind its last character
 */
public record Entity(String label, double score, String word, int start, int end) {}
