package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** The two ways between the stream of tokens and the heads of attention. */
final class Heads {
    private Heads() {}

    /** [batch, tokens, heads · headWidth] to [batch, heads, tokens, headWidth]. */
    static NDArray split(NDArray x, int heads) {
        Shape s = x.getShape();
        return x.reshape(s.get(0), s.get(1), heads, s.get(2) / heads).swapAxes(1, 2);
    }

    /** [batch, heads, tokens, headWidth] to [batch, tokens, heads · headWidth]. */
    static NDArray join(NDArray x) {
        Shape s = x.getShape();
        return x.swapAxes(1, 2).reshape(s.get(0), s.get(2), s.get(1) * s.get(3));
    }
}
