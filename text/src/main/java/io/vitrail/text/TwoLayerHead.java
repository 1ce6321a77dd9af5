package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;

/** Scores of a text by its first token, for models without a pooler: [batch, width] to [batch, scores]. */
final class TwoLayerHead extends TensorBlock {
    private final Linear hidden;
    private final Linear output;

    TwoLayerHead(int width, Activation activation, int scores) {
        hidden = part("hidden", new Linear(width, width, Bias.PRESENT, activation));
        output = part("output", new Linear(width, scores));
    }

    @Override
    public NDArray forward(NDArray first, Pass pass) {
        return output.forward(hidden.forward(first, pass), pass);
    }
}
