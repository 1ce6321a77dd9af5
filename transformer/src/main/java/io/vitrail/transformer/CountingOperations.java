package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.concurrent.atomic.DoubleAdder;

/** Counts the floating-point operations of the products in a pass, and has others compute it: two per multiply-add. */
public final class CountingOperations extends ForwardingOperations {
    private final DoubleAdder count;

    public CountingOperations(Operations operations) {
        this(operations, new DoubleAdder());
    }

    private CountingOperations(Operations operations, DoubleAdder count) {
        super(operations);
        this.count = count;
    }

    /** What was counted so far. */
    public double floatingOperations() {
        return count.sum();
    }

    @Override
    public NDArray linear(NDArray x, Affine affine, Activation activation) {
        count.add(2.0 * x.getShape().size() * affine.outWidth());
        return super.linear(x, affine, activation);
    }

    @Override
    public NDArray linear(NDArray x, Affine affine, LowRankChange change) {
        count.add(2.0 * x.getShape().size() * affine.outWidth());
        double rows = (double) x.getShape().size() / affine.inWidth();
        count.add(2.0 * rows * change.rank() * (affine.inWidth() + affine.outWidth()));
        return super.linear(x, affine, change);
    }

    @Override
    public NDArray sharedLinear(NDArray x, Affine loaded) {
        count.add(2.0 * x.getShape().size() * loaded.outWidth());
        return super.sharedLinear(x, loaded);
    }

    @Override
    public NDArray attention(NDArray q, NDArray k, NDArray v, AttentionMask mask, float scale) {
        Shape queries = q.getShape();
        double pairs = (double) queries.get(0)
                * queries.get(1)
                * queries.get(2)
                * k.getShape().get(2);
        count.add(2.0 * pairs * (queries.get(3) + v.getShape().get(3)));
        return super.attention(q, k, v, mask, scale);
    }

    @Override
    public Operations within() {
        return new CountingOperations(operations.within(), count);
    }
}
