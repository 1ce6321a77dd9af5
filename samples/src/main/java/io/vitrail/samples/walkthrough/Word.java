package io.vitrail.samples.walkthrough;

/**
 * A token of the sentence.
 *
 * @param text as it is written
 * @param pinyin how it is spoken
 * @param meaning in English
 */
public record Word(String text, String pinyin, String meaning) {}
