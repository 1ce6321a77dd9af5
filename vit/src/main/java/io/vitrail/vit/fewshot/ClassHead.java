package io.vitrail.vit.fewshot;

import java.util.Map;

/** What a method learned from examples. Immutable. */
public interface ClassHead {
    /**
     * A score for each class; their softmax are probabilities.
     *
     * @param vector of a picture, of length 1
     */
    double[] logits(float[] vector);

    /** What it consists of besides the examples: matrices by name, for saving. */
    Map<String, float[][]> matrices();
}
