package io.vitrail.transformer.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.loss.Loss;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Numbers;

/**
 * Cross-entropy with label smoothing (Szegedy et al. 2016, section 7): a part {@code smoothing} of the target is
 * spread over all classes alike. Equal to torch's cross_entropy, mean over the examples. Labels are class numbers,
 * some perhaps {@link #IGNORED}, or probabilities.
 */
public final class LabelSmoothing extends Loss {
    /** The class number of an example that doesn't count, such as padding. */
    public static final long IGNORED = -100;

    private static final double IMPOSSIBLE = -1e4;

    private final float smoothing;

    public LabelSmoothing(float smoothing) {
        super("LabelSmoothing");
        Check.that(smoothing >= 0 && smoothing < 1, "label smoothing must be in [0, 1), not %s", smoothing);
        this.smoothing = smoothing;
    }

    /**
     * @param labels class numbers [batch], or probabilities [batch, classes] as of mixed pictures; with probabilities, a second
     *     array [batch, classes] may name the candidates by 1: an example is told apart from no class that has 0
     * @param predictions one array: logits [batch, classes]
     * @return the mean loss, a scalar
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        NDArray target = labels.get(0);
        if (labels.size() > 1) {
            return amongCandidates(target, labels.get(1), predictions.singletonOrThrow())
                    .mean();
        }
        NDArray losses = examples(target, predictions.singletonOrThrow());
        if (target.getShape().dimension() == 2) {
            return losses.mean();
        }
        NDArray counted = target.neq(IGNORED).toType(DataType.FLOAT32, false);
        return losses.sum().div(counted.sum());
    }

    /** The loss of each example, [batch]; 0 where the label is {@link #IGNORED}. */
    public NDArray examples(NDArray target, NDArray logits) {
        NDArray logProbabilities = logits.logSoftmax(-1); // [batch, classes]
        NDArray even = logProbabilities.mean(new int[] {-1}); // [batch]
        if (target.getShape().dimension() == 2) {
            return smooth(logProbabilities.mul(target).sum(new int[] {-1}), even);
        }
        NDArray counted = target.neq(IGNORED);
        NDArray column = target.mul(counted).toType(DataType.INT64, false).expandDims(1); // [batch, 1]
        return smooth(logProbabilities.gather(column, 1).squeeze(1), even).mul(counted);
    }

    private NDArray amongCandidates(NDArray target, NDArray candidates, NDArray logits) {
        NDArray excluded = Numbers.times(candidates.neg().add(1), IMPOSSIBLE); // [batch, classes]
        NDArray logProbabilities = logits.add(excluded).logSoftmax(-1).mul(candidates); // 0 where excluded
        int[] classes = {-1};
        NDArray even = logProbabilities.sum(classes).div(candidates.sum(classes)); // [batch]
        return smooth(logProbabilities.mul(target).sum(classes), even);
    }

    /** -(1 - smoothing) · log p of the target - smoothing · mean log p. */
    private NDArray smooth(NDArray target, NDArray even) {
        return Numbers.times(target, smoothing - 1).sub(Numbers.times(even, smoothing));
    }
}
