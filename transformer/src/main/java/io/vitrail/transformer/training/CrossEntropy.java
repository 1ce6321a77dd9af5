package io.vitrail.transformer.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Numbers;
import io.vitrail.transformer.Scope;
import java.util.Optional;

/**
 * Cross-entropy over the last axis of logits, with label smoothing (Szegedy et al. 2016, section 7): a part of the
 * target is spread over all classes alike. Equal to torch's cross_entropy. Labels are class numbers, some perhaps
 * ignored, or probabilities. It serves classes of a batch, [batch, classes], and words, [batch, tokens, vocabulary],
 * such as those that a masked language model restores. Thread-safe.
 */
public final class CrossEntropy extends Loss {
    /** The class number of an example that doesn't count, such as padding. */
    public static final long IGNORED = -100;

    private static final double IMPOSSIBLE = -1e4;
    private static final int[] CLASSES = {-1};

    private final Options options;

    /**
     * @param smoothing the part of the target that is spread, in [0, 1]
     * @param ignored the class number of examples that don't count
     * @param weights of the classes; all alike without them
     */
    public record Options(float smoothing, long ignored, Reduction reduction, Optional<float[]> weights) {
        public Options {
            Check.that(smoothing >= 0 && smoothing <= 1, "label smoothing must be in [0, 1], not %s", smoothing);
        }

        /** The mean of all but {@link #IGNORED}. */
        public static Options smoothed(float smoothing) {
            return new Options(smoothing, IGNORED, Reduction.MEAN, Optional.empty());
        }
    }

    public CrossEntropy(Options options) {
        super("CrossEntropy");
        this.options = options;
    }

    /** The mean loss. */
    public CrossEntropy(float smoothing) {
        this(Options.smoothed(smoothing));
    }

    /**
     * @param labels class numbers [...], or probabilities [..., classes] as of mixed pictures; with probabilities, a
     *     second array [..., classes] may name the candidates by 1: an example is told apart from no class that has 0
     * @param predictions one array: logits [..., classes]
     * @return a scalar, or losses [...] if they aren't reduced
     * @throws IllegalArgumentException if shapes don't fit or a class number is out of range
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        NDArray target = labels.get(0);
        NDArray logits = predictions.singletonOrThrow();
        if (labels.size() > 1) {
            return options.reduction.of(amongCandidates(target, labels.get(1), logits));
        }
        NDArray losses = examples(target, logits);
        if (isDistribution(target, logits)) {
            return options.reduction.of(losses);
        }
        NDArray counted = target.neq(options.ignored).toType(DataType.FLOAT32, false);
        NDArray weights = options.weights
                .map(each -> of(numbers(target), array(each, logits)).mul(counted))
                .orElse(counted);
        return options.reduction.of(losses, weights.sum());
    }

    /** The loss of each example, [...]; 0 where the label is ignored. */
    public NDArray examples(NDArray target, NDArray logits) {
        if (isDistribution(target, logits)) {
            return examplesOfDistribution(target, logits);
        }
        checkNumbers(target, logits);
        NDArray logProbabilities = logits.logSoftmax(-1); // [..., classes]
        NDArray number = numbers(target);
        NDArray own = logProbabilities.gather(number.expandDims(-1), -1).squeeze(-1); // [...]
        NDArray counted = target.neq(options.ignored).toType(DataType.FLOAT32, false);
        if (options.weights.isEmpty()) {
            return smooth(own, logProbabilities).mul(counted);
        }
        NDArray weights = array(options.weights.get(), logits);
        return smooth(own.mul(of(number, weights)), logProbabilities.mul(weights))
                .mul(counted);
    }

    private NDArray examplesOfDistribution(NDArray target, NDArray logits) {
        NDArray plain = logits.logSoftmax(-1);
        NDArray logProbabilities = options.weights
                .map(weights -> plain.mul(array(weights, logits)))
                .orElse(plain);
        return smooth(logProbabilities.mul(target).sum(CLASSES), logProbabilities);
    }

    private NDArray amongCandidates(NDArray target, NDArray candidates, NDArray logits) {
        Shape shape = logits.getShape();
        Check.that(
                target.getShape().equals(shape) && candidates.getShape().equals(shape),
                "Candidates %s and their probabilities %s must have the shape of the logits, %s.",
                candidates.getShape(),
                target.getShape(),
                shape);
        NDArray excluded = Numbers.times(candidates.neg().add(1), IMPOSSIBLE); // [..., classes]
        NDArray logProbabilities = logits.add(excluded).logSoftmax(-1).mul(candidates); // 0 where excluded
        NDArray even = logProbabilities.sum(CLASSES).div(candidates.sum(CLASSES)); // [...]
        return mixed(logProbabilities.mul(target).sum(CLASSES), even);
    }

    private NDArray smooth(NDArray own, NDArray logProbabilities) {
        return options.smoothing == 0 ? own.neg() : mixed(own, logProbabilities.mean(CLASSES));
    }

    /** -(1 - smoothing) · log p of the target - smoothing · mean log p. */
    private NDArray mixed(NDArray own, NDArray even) {
        return Numbers.times(own, options.smoothing - 1).sub(Numbers.times(even, options.smoothing));
    }

    /** The class numbers; 0 where an example is ignored. */
    private NDArray numbers(NDArray target) {
        return target.mul(target.neq(options.ignored)).toType(DataType.INT64, false);
    }

    /** The weights of numbered classes. */
    private static NDArray of(NDArray numbers, NDArray weights) {
        return weights.gather(numbers.flatten(), 0).reshape(numbers.getShape());
    }

    private static NDArray array(float[] weights, NDArray beside) {
        int classes = Math.toIntExact(beside.getShape().get(beside.getShape().dimension() - 1));
        Check.that(weights.length == classes, "There are %d class weights for %d classes.", weights.length, classes);
        return Scope.owned(beside.getManager().create(weights));
    }

    /** Whether the labels are probabilities, rather than class numbers. */
    private static boolean isDistribution(NDArray target, NDArray logits) {
        Shape shape = logits.getShape();
        int axes = shape.dimension();
        Check.that(
                axes > 0 && shape.size() > 0 && logits.getDataType().isFloating(),
                "Logits must be [..., classes], floating, not %s, %s.",
                shape,
                logits.getDataType());
        boolean distribution = target.getShape().equals(shape);
        Check.that(
                distribution || target.getShape().equals(shape.slice(0, axes - 1)),
                "Labels must be class numbers %s or probabilities %s, as the logits are, not %s.",
                shape.slice(0, axes - 1),
                shape,
                target.getShape());
        return distribution;
    }

    private void checkNumbers(NDArray target, NDArray logits) {
        DataType type = target.getDataType();
        Check.that(type.isInteger(), "Class numbers must be whole, such as int64, not %s.", type);
        long classes = logits.getShape().get(logits.getShape().dimension() - 1);
        for (long number : target.toType(DataType.INT64, false).toLongArray()) {
            Check.that(
                    number >= 0 && number < classes || number == options.ignored,
                    "Label %d isn't one of the %d classes, numbered from 0, or %d for ignored.",
                    number,
                    classes,
                    options.ignored);
        }
    }
}
