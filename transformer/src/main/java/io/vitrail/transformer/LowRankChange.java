package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.norm.Dropout;
import java.util.Optional;

/**
 * A change of a linear layer's weights by two narrow matrices that are being trained: W + scaling · B A (Hu et al. 2021,
 * equation 3). Of the x that A is given, a share may be left out; of what the layer itself is given, never.
 *
 * @param a A, [rank, inWidth]
 * @param b B, [outWidth, rank]
 * @param dropout the share, from 0 to below 1
 */
public record LowRankChange(NDArray a, NDArray b, double scaling, float dropout) {
    public LowRankChange {
        boolean narrow = a.getShape().dimension() == 2
                && b.getShape().dimension() == 2
                && a.getShape().get(0) == b.getShape().get(1);
        Check.that(narrow, "A is %s and B %s; they must have one rank.", a.getShape(), b.getShape());
        Check.that(dropout >= 0 && dropout < 1, "dropout must be in [0, 1), not %s", dropout);
    }

    /** How many rows A has. */
    public int rank() {
        return (int) a.getShape().get(0);
    }

    /** y + scaling · x Aᵀ Bᵀ, where y is what the layer itself gives of x. */
    public NDArray onto(NDArray y, NDArray x, Operations operations) {
        NDArray seen = dropout > 0 ? Dropout.dropout(x, dropout, true).singletonOrThrow() : x;
        NDArray narrow = Numbers.times(operations.linear(seen, layer(a), Activation.LINEAR), scaling); // [..., rank]
        return y.add(operations.linear(narrow, layer(b), Activation.LINEAR));
    }

    private static Affine layer(NDArray weight) {
        int outWidth = (int) weight.getShape().get(0);
        int inWidth = (int) weight.getShape().get(1);
        return new Affine(weight, Optional.empty(), inWidth, outWidth);
    }

    /**
     * The layer with the change in its weights, which gives the same where nothing is dropped.
     *
     * @param layer with weights as loaded
     * @param owner of the new weights
     */
    public Affine mergedInto(Affine layer, NDManager owner) {
        try (NDArray change = Numbers.times(Scope.lend(b, owner), scaling).matMul(a)) {
            return new Affine(change.add(layer.weight()), layer.bias(), layer.inWidth(), layer.outWidth());
        }
    }
}
