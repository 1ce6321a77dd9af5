package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * Products with a number that gradients may flow through. DJL 0.35.1's {@code x.mul(number)} puts the number into memory that
 * Java frees with the next collection of garbage, while autograd still needs it for the backward pass: gradients then become
 * NaN, or memory is corrupted. Here the engine owns the number.
 */
public final class Numbers {
    private Numbers() {}

    /** x · number, of x's shape. */
    public static NDArray times(NDArray x, double number) {
        Shape scalar = new Shape();
        return x.mul(x.getManager().full(scalar, (float) number));
    }
}
