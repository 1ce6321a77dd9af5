package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenNorm;

/** Scores by two layers, with a norm and GELU between: [batch, inWidth] to [batch, scores]. */
final class NormedHead extends TensorBlock {
    private static final float EPSILON = 1e-5f;

    private final Linear hidden;
    private final TokenNorm norm;
    private final Linear output;

    NormedHead(int inWidth, int hiddenWidth, int scores) {
        hidden = part("hidden", new Linear(inWidth, hiddenWidth));
        norm = part("norm", new TokenNorm(hiddenWidth, EPSILON));
        output = part("output", new Linear(hiddenWidth, scores));
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        x = norm.forward(hidden.forward(x, pass), pass); // [batch, hiddenWidth]
        return output.forward(Activation.GELU.apply(x), pass);
    }
}
