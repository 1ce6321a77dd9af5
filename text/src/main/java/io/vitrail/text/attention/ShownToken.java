package io.vitrail.text.attention;

/**
 * A token as people read it.
 *
 * @param token as the vocabulary spells it, such as "##ing", "Ġcat" or "[CLS]"
 * @param text the part of the text that it stands for, without spaces around; the token itself where it stands for none
 * @param special whether it stands for no part of the text
 * @param afterSpace whether a space stands before it
 * @param withinWord whether it goes on with the word of the token before
 */
public record ShownToken(String token, String text, boolean special, boolean afterSpace, boolean withinWord) {}
