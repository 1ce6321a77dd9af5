package io.vitrail.vit.attention;

/**
 * Where on a photo a word of a text came from.
 *
 * @param word without the spaces around it
 * @param map what was looked at while it was written: shares of the attention to the whole picture
 */
public record WordMap(String word, HeatMap map) {}
