package io.vitrail.transformer.kernels;

import ai.djl.ndarray.NDArray;
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
 * al. 2022, "FlashAttention"). Gradients flow through.
 */
class TrainingOperations extends ForwardingOperations {
    /**
     * in · out / (in + out) of the widths of a layer up to which its change of low rank is merged. On a Zen 4 at rank 8, the change of a
     * layer of 192 to 192 then takes half the time, one of 768 to 768 the same.
     */
    private static final long WIDEST_MERGED = 400;

    private final KernelArchive kernels;

    /** @param kernels with the methods of {@link KernelSource#TRAINING} */
    TrainingOperations(KernelArchive kernels) {
        super(ReadableOperations.INSTANCE);
        this.kernels = kernels;
    }

    /** With the change in the weights, where that is less work than the narrow products, which read and write all of x and y. */
    @Override
    public NDArray linear(NDArray x, Affine affine, LowRankChange change) {
        return change.dropout() == 0 && merges(x, affine)
                ? linear(x, change.mergedInto(affine, x.getManager()), Activation.LINEAR)
                : change.onto(linear(x, affine, Activation.LINEAR), x, this);
    }

    /** The weights' whole gradient is computed then, and the merged weights are kept for it: so not those of wide layers, or larger than x. */
    private static boolean merges(NDArray x, Affine affine) {
        long in = affine.inWidth();
        long out = affine.outWidth();
        return in * out <= WIDEST_MERGED * (in + out) && x.size() >= 2 * in * Math.max(in, out);
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

    /** A kernel's result of these. */
    final NDArray differentiable(String method, NDArray... arguments) {
        return kernels.differentiable(method, arguments);
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
