package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the weights of every attention in a pass, in the order of the calls, and has others compute the rest. Unlike a
 * {@link Trace} it sees what the reference doesn't publish: all of Swin's blocks, and the probe of attention pooling.
 *
 * <p>Not thread-safe: one recorder, one pass.
 */
public final class AttentionRecorder extends ForwardingOperations {
    /**
     * One attention.
     *
     * @param shape [batch, heads, queries, keys]
     * @param weights each row sums to 1
     * @param offsets zeros that were added to the weights, if gradients were asked for
     */
    public record Recorded(Shape shape, float[] weights, Optional<NDArray> offsets) {
        /** The gradient of what was differentiated, by the weights: that by the offsets. */
        public float[] gradient() {
            try (NDArray gradient = offsets.orElseThrow().getGradient()) {
                return gradient.toFloatArray();
            }
        }
    }

    private final Optional<NDManager> offsets;
    private final List<Recorded> recorded;

    private AttentionRecorder(Operations operations, Optional<NDManager> offsets, List<Recorded> recorded) {
        super(operations);
        this.offsets = offsets;
        this.recorded = recorded;
    }

    /** Records weights alone. */
    public static AttentionRecorder of(Operations operations) {
        return new AttentionRecorder(operations, Optional.empty(), new ArrayList<>());
    }

    /**
     * Records weights that a score can be differentiated by: zeros with a gradient are added to them.
     *
     * @param operations differentiable ones
     * @param owner of the zeros
     */
    public static AttentionRecorder differentiable(Operations operations, NDManager owner) {
        return new AttentionRecorder(operations, Optional.of(owner), new ArrayList<>());
    }

    /** What was recorded so far. */
    public List<Recorded> recorded() {
        return Collections.unmodifiableList(recorded);
    }

    @Override
    public NDArray attention(NDArray q, NDArray k, NDArray v, AttentionMask mask, float scale) {
        NDArray weights = ReadableOperations.attentionWeights(operations.leave(q), operations.leave(k), mask, scale);
        Optional<NDArray> zeros = offsets.map(owner -> differentiableZeros(owner, weights.getShape()));
        recorded.add(new Recorded(weights.getShape(), weights.toFloatArray(), zeros));
        NDArray mixing = zeros.map(weights::add).orElse(weights);
        return operations.enter(mixing.matMul(operations.leave(v)));
    }

    private static NDArray differentiableZeros(NDManager owner, Shape shape) {
        NDArray zeros = owner.zeros(shape);
        zeros.setRequiresGradient(true);
        return zeros;
    }

    @Override
    public Operations within() {
        return new AttentionRecorder(operations.within(), offsets, recorded);
    }
}
