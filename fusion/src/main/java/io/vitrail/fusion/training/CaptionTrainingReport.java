package io.vitrail.fusion.training;

/**
 * What a training came to.
 *
 * @param finished false if it was stopped
 * @param steps taken
 * @param epoch whose weights were kept, from 1; 0 if none was finished yet
 * @param ciderD of that epoch on the split val, by which it was chosen
 */
public record CaptionTrainingReport(boolean finished, long steps, int epoch, double ciderD) {}
