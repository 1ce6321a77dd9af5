package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.norm.Dropout;

/**
 * A change of a linear layer's weights by two narrow matrices that are being trained: W + scaling · B A (Hu et al. 2021,
 * equation 3). Of the x that A is given, a share may be left out; of what the layer itself is given, never.
 *
 * @param a x Aᵀ, without a bias: [..., inWidth] to [..., rank]
 * @param b z Bᵀ, likewise: [..., rank] to [..., outWidth]
 * @param dropout the share, from 0 to below 1
 */
public record LowRankChange(Affine a, Affine b, double scaling, float dropout) {
    /** y + scaling · x Aᵀ Bᵀ, where y is what the layer itself gives of x. */
    public NDArray onto(NDArray y, NDArray x, Operations operations) {
        NDArray seen = dropout > 0 ? Dropout.dropout(x, dropout, true).singletonOrThrow() : x;
        NDArray narrow = Numbers.times(operations.linear(seen, a, Activation.LINEAR), scaling); // [..., rank]
        return y.add(operations.linear(narrow, b, Activation.LINEAR));
    }

    /**
     * The layer with the change in its weights: the same, where nothing is dropped.
     *
     * @param owner of the weights
     */
    public Affine mergedInto(Affine layer, NDManager owner) {
        NDArray change = Numbers.times(Scope.lend(b.weight(), owner).matMul(a.weight()), scaling);
        return new Affine(change.add(layer.weight()), layer.bias(), layer.inWidth(), layer.outWidth());
    }
}
