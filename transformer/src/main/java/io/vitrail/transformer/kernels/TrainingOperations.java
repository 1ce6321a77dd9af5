package io.vitrail.transformer.kernels;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.ForwardingOperations;
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
    private final KernelArchive kernels;

    /** @param kernels with the methods of {@link KernelSource#TRAINING} */
    TrainingOperations(KernelArchive kernels) {
        super(ReadableOperations.INSTANCE);
        this.kernels = kernels;
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
