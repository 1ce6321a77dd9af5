package io.vitrail.transformer.kernels;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.LowRankChange;
import java.util.Optional;

/**
 * The same with products in bfloat16: weights, sums, norms and gradients stay float32
 * (Micikevicius et al. 2018, "Mixed Precision Training", section 3.1; bfloat16 has float32's range, so losses needn't be
 * scaled). Gradients flow through.
 */
final class MixedOperations extends TrainingOperations {
    private final KernelArchive mixed;

    MixedOperations(KernelArchive mixed) {
        super(mixed);
        this.mixed = mixed;
    }

    @Override
    public NDArray linear(NDArray x, Affine affine, Activation activation) {
        NDArray y = affine.bias().isPresent()
                ? mixed.differentiable(
                        "biased_linear", x, affine.weight(), affine.bias().get())
                : mixed.differentiable("linear", x, affine.weight());
        return activate(y, activation);
    }

    /** Beside the layer's weights: in theirs, rounded to bfloat16, a small change would be lost. */
    @Override
    public NDArray linear(NDArray x, Affine affine, LowRankChange change) {
        return change.onto(linear(x, affine, Activation.LINEAR), x, this);
    }

    @Override
    public NDArray sharedLinear(NDArray x, Affine loaded) {
        return linear(x, loaded, Activation.LINEAR);
    }

    @Override
    public NDArray convolution(NDArray x, NDArray kernels, Optional<NDArray> bias, int stride) {
        if (bias.isPresent() || stride > 2) {
            return super.convolution(x, kernels, bias, stride);
        }
        return mixed.differentiable("convolution_" + stride, x, kernels);
    }
}
