package io.vitrail.transformer.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import io.vitrail.transformer.Check;

/**
 * The loss of a causal language model (Radford et al. 2018, equation 1): what each token scores is compared with the
 * token that follows. Thread-safe.
 */
public final class NextTokenLoss extends Loss {
    private final CrossEntropy loss;

    public NextTokenLoss(CrossEntropy.Options options) {
        super("NextTokenLoss");
        loss = new CrossEntropy(options);
    }

    /**
     * @param labels one array: the ids that were read [batch, tokens], ignored ones among them, such as padding
     * @param predictions one array: logits [batch, tokens, vocabulary]
     * @throws IllegalArgumentException if shapes don't fit, a row has fewer than 2 tokens or an id is out of range
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        NDArray ids = labels.singletonOrThrow();
        NDArray logits = predictions.singletonOrThrow();
        Shape shape = logits.getShape();
        Check.that(
                shape.dimension() == 3 && shape.slice(0, 2).equals(ids.getShape()) && shape.get(1) > 1,
                "Logits must be [batch, tokens, vocabulary] of the ids [batch, tokens], at least 2, not %s and %s.",
                shape,
                ids.getShape());
        return loss.evaluate(new NDList(ids.get(":, 1:")), new NDList(logits.get(":, :-1")));
    }
}
