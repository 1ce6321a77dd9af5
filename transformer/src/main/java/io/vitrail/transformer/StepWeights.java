package io.vitrail.transformer;

/** A layer's weights once more, in the form in which a few tokens are multiplied with them: of concern to the operations alone. */
public interface StepWeights {}
