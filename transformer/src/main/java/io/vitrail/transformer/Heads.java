package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * The two ways between the stream of tokens and the heads of attention. Of a single token no axes have to be swapped.
 */
final class Heads {
    private Heads() {}

    /** [batch, tokens, heads · headWidth] to [batch, heads, tokens, headWidth]. */
    static NDArray split(NDArray x, int heads) {
        Shape s = x.getShape();
        long headWidth = s.get(2) / heads;
        return s.get(1) == 1
                ? x.reshape(s.get(0), heads, 1, headWidth)
                : x.reshape(s.get(0), s.get(1), heads, headWidth).swapAxes(1, 2);
    }

    /** [batch, heads, tokens, headWidth] to [batch, tokens, heads · headWidth]. */
    static NDArray join(NDArray x) {
        Shape s = x.getShape();
        NDArray byToken = s.get(2) == 1 ? x : x.swapAxes(1, 2);
        return byToken.reshape(s.get(0), s.get(2), s.get(1) * s.get(3));
    }
}
