package io.vitrail.text.tokenizer;

/**
 * The place of a token in its text, in code points, as the reference counts; (0, 0) for tokens that stand nowhere.
 *
 * @param start of its first character
 * @param end behind its last character
 */
public record Span(int start, int end) {
    static final Span NOWHERE = new Span(0, 0);
}
