package io.vitrail.transformer.kernels;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.ForwardingOperations;
import io.vitrail.transformer.Numbers;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;

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
        long queries = q.getShape().get(2);
        long keys = k.getShape().get(2);
        double byKernel = 1 / Math.sqrt(q.getShape().get(3)); // the kernel's own scale
        NDArray asked = Math.abs(scale - byKernel) < 1e-6 * byKernel ? q : Numbers.times(q, scale / byKernel);
        if (mask instanceof AttentionMask.None) {
            return kernels.differentiable("attention", asked, k, v);
        }
        if (mask instanceof AttentionMask.Causal && queries == keys) { // the kernel counts from the first key
            return kernels.differentiable("causal_attention", asked, k, v);
        }
        NDArray added = FastAttention.added(mask, q.getManager(), queries, keys);
        return kernels.differentiable("masked_attention", asked, k, v, added);
    }

    @Override
    public Operations within() {
        return this;
    }
}
