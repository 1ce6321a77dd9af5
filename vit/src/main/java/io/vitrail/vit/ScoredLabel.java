package io.vitrail.vit;

/**
 * A class and how probable it is.
 *
 * @param label name of the class
 * @param index of the class
 * @param probability from 0 to 1
 */
public record ScoredLabel(String label, int index, double probability) {}
