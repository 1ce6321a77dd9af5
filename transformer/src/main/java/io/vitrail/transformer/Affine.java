package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Optional;

/**
 * The weights of y = x Wᵀ + b, as one set of {@link Operations} wants them: as loaded, or packed for a kernel. The arrays
 * belong to the model.
 *
 * @param weight [outWidth, inWidth] as loaded; opaque once packed
 * @param bias [outWidth], if there is one
 * @param scales [outWidth], the factors of the weight's rows where these are whole numbers
 * @param steps the weights once more for passes of few tokens, where operations keep them apart
 * @param inWidth width of x
 * @param outWidth width of y
 */
public record Affine(
        NDArray weight,
        Optional<NDArray> bias,
        Optional<NDArray> scales,
        Optional<StepWeights> steps,
        int inWidth,
        int outWidth) {
    /** With a weight that needs no factors. */
    public Affine(NDArray weight, Optional<NDArray> bias, int inWidth, int outWidth) {
        this(weight, bias, Optional.empty(), Optional.empty(), inWidth, outWidth);
    }

    /** With these weights for passes of few tokens. */
    public Affine withSteps(StepWeights weights) {
        return new Affine(weight, bias, scales, Optional.of(weights), inWidth, outWidth);
    }

    /** Several maps of the same input as one, their outputs side by side; missing biases count as 0 if another has one. */
    public static Affine stack(Affine... parts) {
        NDList weights = new NDList(Arrays.stream(parts).map(Affine::weight).toArray(NDArray[]::new));
        boolean biased = Arrays.stream(parts).anyMatch(part -> part.bias().isPresent());
        NDManager owner = parts[0].weight().getManager();
        Optional<NDArray> bias = Optional.empty();
        if (biased) {
            try (NDManager scope = owner.newSubManager()) {
                NDArray[] each = Arrays.stream(parts)
                        .map(part -> part.bias().orElseGet(() -> scope.zeros(new Shape(part.outWidth()))))
                        .toArray(NDArray[]::new);
                NDArray together = NDArrays.concat(new NDList(each), 0);
                together.attach(owner);
                bias = Optional.of(together);
            }
        }
        int outWidth = Arrays.stream(parts).mapToInt(Affine::outWidth).sum();
        return new Affine(NDArrays.concat(weights, 0), bias, parts[0].inWidth(), outWidth);
    }

    /** The form that the operations want; where that is another one, these arrays are freed. */
    Affine preparedFor(Operations operations) {
        Affine ready = operations.prepare(this);
        if (ready.weight() != weight) {
            weight.close();
            bias.ifPresent(NDArray::close);
        }
        return ready;
    }
}
