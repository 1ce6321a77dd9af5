package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.nio.FloatBuffer;
import java.util.Optional;

/** y = activation(x Wᵀ + b): [..., inWidth] to [..., outWidth]. */
public final class Linear extends TensorBlock {
    private final int inWidth;
    private final int outWidth;
    private final Activation activation;
    private final Parameter weight;
    private final Optional<Parameter> bias;
    private Optional<Affine> packed = Optional.empty();

    /** A layer with a bias and no activation. */
    public Linear(int inWidth, int outWidth) {
        this(inWidth, outWidth, Bias.PRESENT, Activation.LINEAR);
    }

    public Linear(int inWidth, int outWidth, Bias bias, Activation activation) {
        Check.that(inWidth > 0 && outWidth > 0, "Widths must be positive, not %d to %d.", inWidth, outWidth);
        this.inWidth = inWidth;
        this.outWidth = outWidth;
        this.activation = activation;
        weight = parameter("weight", Parameter.Type.WEIGHT, Initializers.NORMAL, outWidth, inWidth);
        this.bias = bias == Bias.PRESENT
                ? Optional.of(parameter("bias", Parameter.Type.BIAS, Initializers.ZERO, outWidth))
                : Optional.empty();
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        Affine own = affine(x, pass);
        Optional<Adaptation> change = pass.adaptation(this);
        if (change.isEmpty()) {
            return pass.operations().linear(x, own, activation); // [..., outWidth]
        }
        NDArray y = change.get().instead(x, own, pass);
        return activation == Activation.LINEAR ? y : pass.operations().activate(y, activation);
    }

    /**
     * y = x Wᵀ + b as the pass's adapter changes it.
     *
     * @param y [..., outWidth], which must not be used afterwards
     */
    NDArray adapted(NDArray y, NDArray x, Pass pass) {
        return pass.adaptation(this).map(change -> change.onto(y, x, pass)).orElse(y);
    }

    @Override
    public NDArray forwardOnto(NDArray residual, NDArray x, Pass pass) {
        return activation == Activation.LINEAR && pass.adaptation(this).isEmpty()
                ? pass.operations().residual(residual, x, affine(x, pass))
                : super.forwardOnto(residual, x, pass);
    }

    /** The weights in the form that the pass's operations take. */
    Affine affine(NDArray x, Pass pass) {
        return packed.orElseGet(
                () -> new Affine(value(weight, x, pass), bias.map(b -> value(b, x, pass)), inWidth, outWidth));
    }

    /** The weights as loaded, for a part that packs several layers as one and then calls {@link #release()}. */
    Affine loaded() {
        return new Affine(weight.getArray(), bias.map(Parameter::getArray), inWidth, outWidth);
    }

    /**
     * Adds numbers to the biases.
     *
     * @param shifts one for each of outWidth
     * @throws IllegalArgumentException without biases, or with another count
     */
    public void shift(float... shifts) {
        Check.that(bias.isPresent(), "A layer without biases can't be shifted.");
        Check.that(shifts.length == outWidth, "There must be %d shifts, not %d.", outWidth, shifts.length);
        NDArray biases = bias.get().getArray();
        float[] values = biases.toFloatArray();
        for (int i = 0; i < outWidth; i++) {
            values[i] += shifts[i];
        }
        biases.set(FloatBuffer.wrap(values)); // in place, also where gradients are asked for
    }

    /** Frees the weights: another form of them has taken their place. */
    void release() {
        weight.close();
        bias.ifPresent(Parameter::close);
    }

    @Override
    public void prepareFor(Operations operations) {
        Affine loaded = loaded();
        Affine ready = operations.prepare(loaded);
        packed = Optional.of(ready);
        if (ready.weight() != loaded.weight()) {
            release();
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape x = inputShapes[0];
        return new Shape[] {x.slice(0, x.dimension() - 1).add(outWidth)};
    }
}
