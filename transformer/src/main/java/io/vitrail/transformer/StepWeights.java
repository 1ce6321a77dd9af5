package io.vitrail.transformer;

/** A layer's weights once more, in the form in which a single token is multiplied with them: of concern to the operations alone. */
public interface StepWeights {}
