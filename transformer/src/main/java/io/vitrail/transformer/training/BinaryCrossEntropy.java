package io.vitrail.transformer.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Activation;
import ai.djl.training.loss.Loss;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Scope;
import java.util.Optional;

/**
 * Cross-entropy of labels that hold or don't, each for itself, as of pictures with several labels. Equal to torch's
 * binary_cross_entropy_with_logits. Thread-safe.
 */
public final class BinaryCrossEntropy extends Loss {
    private final Reduction reduction;
    private final Optional<float[]> positiveWeights;

    /** @param positiveWeights by label, how much more its presence counts than its absence; the same without them */
    public BinaryCrossEntropy(Reduction reduction, Optional<float[]> positiveWeights) {
        super("BinaryCrossEntropy");
        this.reduction = reduction;
        this.positiveWeights = positiveWeights;
    }

    /** The mean over all labels of all examples. */
    public BinaryCrossEntropy() {
        this(Reduction.MEAN, Optional.empty());
    }

    /**
     * @param labels one array [..., labels]: 1 where a label holds, 0 where it doesn't, or how likely it is
     * @param predictions one array: logits [..., labels]
     * @throws IllegalArgumentException if the shapes differ
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        NDArray logits = predictions.singletonOrThrow();
        NDArray given = labels.singletonOrThrow();
        Check.that(
                given.getShape().equals(logits.getShape()) && given.size() > 0,
                "Labels %s must have the shape of the logits, %s.",
                given.getShape(),
                logits.getShape());
        NDArray target = given.toType(DataType.FLOAT32, false);
        NDArray present = Activation.softPlus(logits.neg()); // -log sigmoid(x)
        NDArray absent = Activation.softPlus(logits).mul(target.neg().add(1));
        return reduction.of(weighted(present).mul(target).add(absent));
    }

    private NDArray weighted(NDArray losses) {
        return positiveWeights
                .map(weights -> losses.mul(array(weights, losses)))
                .orElse(losses);
    }

    private static NDArray array(float[] weights, NDArray losses) {
        int labels = Math.toIntExact(losses.getShape().get(losses.getShape().dimension() - 1));
        Check.that(weights.length == labels, "There are %d weights for %d labels.", weights.length, labels);
        return Scope.owned(losses.getManager().create(weights));
    }
}
