package io.vitrail.text;

/**
 * A class and its score.
 *
 * @param label name of the class
 * @param index of the class
 * @param score a probability, or the number itself where a checkpoint's classes are numbers to tell
 */
public record LabelScore(String label, int index, double score) {}
