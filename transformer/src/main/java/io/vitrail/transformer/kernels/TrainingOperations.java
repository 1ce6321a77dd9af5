package io.vitrail.transformer.kernels;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.ForwardingOperations;
import io.vitrail.transformer.LowRankChange;
import io.vitrail.transformer.Numbers;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import java.util.ArrayList;
import java.util.List;

/**
 * The readable operations, with attention by a kernel that keeps no scores for its gradients but computes them again (Dao et
 * al. 2022, "FlashAttention"), and with products by oneDNN where it has the CPU's fastest. Gradients flow through.
 */
class TrainingOperations extends ForwardingOperations {
    /** On a Zen 4, with fewer rows the gradient of the weights takes up to twice the time of PyTorch's product. */
    private static final int ROWS_THAT_PAY = 2048;

    private final KernelArchive kernels;
    private final boolean convolves;

    /**
     * @param kernels with the methods of {@link KernelSource#TRAINING}
     * @param convolves whether convolutions are faster than PyTorch's products
     */
    TrainingOperations(KernelArchive kernels, boolean convolves) {
        super(ReadableOperations.INSTANCE);
        this.kernels = kernels;
        this.convolves = convolves;
    }

    /**
     * As a convolution whose kernels see one place each, over a picture of one row with a channel for each number: the same sums,
     * but by oneDNN, which PyTorch has for gradients of convolutions alone. On a Zen 4 at widths of 192 to 3072, 5 to 15 % faster
     * than its products.
     */
    @Override
    public NDArray linear(NDArray x, Affine affine, Activation activation) {
        if (!convolves || !pays(x, affine)) {
            return super.linear(x, affine, activation);
        }
        Shape shape = x.getShape();
        NDArray row = x.reshape(1, -1, affine.inWidth());
        NDArray y = affine.bias()
                .map(bias -> kernels.differentiable("biased_convolved", row, affine.weight(), bias))
                .orElseGet(() -> kernels.differentiable("convolved", row, affine.weight()));
        Shape all = shape.slice(0, shape.dimension() - 1).add(affine.outWidth());
        return activate(y.reshape(all), activation);
    }

    /** A convolution keeps what it is given, even where only the weights' gradients would need it and nobody wants these. */
    private static boolean pays(NDArray x, Affine affine) {
        boolean keepsMore = !affine.weight().hasGradient() && affine.inWidth() > affine.outWidth();
        return x.size() >= (long) ROWS_THAT_PAY * affine.inWidth() && !keepsMore;
    }

    /**
     * With the change in the weights, where nothing is dropped and these are much smaller than x: one product instead of three, of
     * which two would read and write as much as that, for little to compute.
     */
    @Override
    public NDArray linear(NDArray x, Affine affine, LowRankChange change) {
        boolean small = x.size() >= 2L * affine.inWidth() * affine.inWidth();
        return change.dropout() == 0 && small
                ? linear(x, change.mergedInto(affine, x.getManager()), Activation.LINEAR)
                : change.onto(linear(x, affine, Activation.LINEAR), x, this);
    }

    @Override
    public NDArray attention(NDArray q, NDArray k, NDArray v, AttentionMask mask, float scale) {
        return call("", arguments(q, k, v, mask, scale));
    }

    /** By the kernel, too; on the CPU, libtorch's holds the scores where it leaves some out. */
    @Override
    public Attending attending(float dropout) {
        return (q, k, v, mask, scale) -> {
            Arguments arguments = arguments(q, k, v, mask, scale);
            try (NDArray share = q.getManager().create(dropout)) {
                arguments.tensors.add(share);
                return call("dropped_", arguments);
            }
        };
    }

    private record Arguments(String method, List<NDArray> tensors) {}

    private NDArray call(String prefix, Arguments arguments) {
        return kernels.differentiable(prefix + arguments.method, arguments.tensors.toArray(NDArray[]::new));
    }

    /** The kernel that the mask allows, and what it is given. */
    private static Arguments arguments(NDArray q, NDArray k, NDArray v, AttentionMask mask, float scale) {
        long queries = q.getShape().get(2);
        long keys = k.getShape().get(2);
        double byKernel = 1 / Math.sqrt(q.getShape().get(3)); // the kernel's own scale
        NDArray asked = Math.abs(scale - byKernel) < 1e-6 * byKernel ? q : Numbers.times(q, scale / byKernel);
        List<NDArray> tensors = new ArrayList<>(List.of(asked, k, v));
        if (mask instanceof AttentionMask.None) {
            return new Arguments("attention", tensors);
        }
        if (mask instanceof AttentionMask.Causal && queries == keys) { // the kernel counts from the first key
            return new Arguments("causal_attention", tensors);
        }
        tensors.add(FastAttention.added(mask, q.getManager(), queries, keys));
        return new Arguments("masked_attention", tensors);
    }

    @Override
    public Operations within() {
        return this;
    }
}
