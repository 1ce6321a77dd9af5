package io.vitrail.transformer.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Numbers;
import java.util.stream.LongStream;

/**
 * Label smoothing as the divergence KL(q ‖ p) of the original Transformer (Vaswani et al. 2017, section 5.4): q has 1 -
 * smoothing on the target, the rest evenly on the other words, and nothing on padding. Targets that are padding don't
 * count. Thread-safe.
 */
public final class KlDivergence extends Loss {
    private static final int[] WORDS = {-1};

    private final double smoothing;
    private final long padding;
    private final Reduction reduction;

    /**
     * @param padding its id
     * @param reduction {@code MEAN} is over the targets that aren't padding
     */
    public KlDivergence(double smoothing, long padding, Reduction reduction) {
        super("KlDivergence");
        Check.that(smoothing >= 0 && smoothing < 1, "label smoothing must be in [0, 1), not %s", smoothing);
        this.smoothing = smoothing;
        this.padding = padding;
        this.reduction = reduction;
    }

    /**
     * @param labels one array: ids [...]
     * @param predictions one array: logits [..., vocabulary]
     * @throws IllegalArgumentException if shapes don't fit or an id is out of range
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        NDArray target = labels.singletonOrThrow();
        NDArray logits = predictions.singletonOrThrow();
        check(target, logits);
        NDArray counted = target.neq(padding).toType(DataType.FLOAT32, false);
        return reduction.of(examples(target, logits).mul(counted), counted.sum());
    }

    /** Σ q log q - Σ q log p, where q is the same number for all words but the target and padding. */
    private NDArray examples(NDArray target, NDArray logits) {
        long others = logits.getShape().get(logits.getShape().dimension() - 1) - 2;
        double other = smoothing / others;
        NDArray logProbabilities = logits.logSoftmax(-1); // [..., vocabulary]
        NDArray column = target.toType(DataType.INT64, false).expandDims(-1); // [..., 1]
        NDArray own = logProbabilities.gather(column, -1).squeeze(-1); // [...]
        NDArray ofPadding = logProbabilities.get("...,{}", padding);
        NDArray rest = logProbabilities.sum(WORDS).sub(own).sub(ofPadding);
        double negativeEntropy = timesLog(1 - smoothing) + others * timesLog(other);
        return Numbers.times(own, smoothing - 1).sub(Numbers.times(rest, other)).add(negativeEntropy);
    }

    private static double timesLog(double x) {
        return x == 0 ? 0 : x * Math.log(x);
    }

    private void check(NDArray target, NDArray logits) {
        Shape shape = logits.getShape();
        int last = shape.dimension() - 1;
        Check.that(
                last >= 0 && shape.get(last) > 2 && target.getShape().equals(shape.slice(0, last)),
                "Logits must be [..., vocabulary] of at least 3 words and ids [...], not %s and %s.",
                shape,
                target.getShape());
        Check.that(
                logits.getDataType().isFloating() && target.getDataType().isInteger() && target.size() > 0,
                "Logits must be floating and ids whole, at least one, not %s and %s.",
                logits.getDataType(),
                target.getDataType());
        for (long id : ids(target)) {
            Check.that(
                    id >= 0 && id < shape.get(last), "Id %d isn't one of the %d words, from 0.", id, shape.get(last));
        }
    }

    private long[] ids(NDArray target) {
        long[] ids = target.toType(DataType.INT64, false).toLongArray();
        return LongStream.concat(LongStream.of(padding), LongStream.of(ids)).toArray();
    }
}
