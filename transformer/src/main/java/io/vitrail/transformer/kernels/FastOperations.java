package io.vitrail.transformer.kernels;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.AttentionConfig;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.KeyValue;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Projected;
import io.vitrail.transformer.Rotation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * {@link io.vitrail.transformer.ReadableOperations} by kernels, for inference: linear layers with packed weights and
 * fused activations, attention that never holds its scores, residuals added in place.
 *
 * <p>A pass with these operations needs a block that was prepared for them. DJL calls an array of bfloat16 "unknown"
 * and ends the JVM when such an array is to be converted, moved or copied to Java; so none leaves an encoder.
 */
final class FastOperations implements Operations {
    /**
     * Rows of x that weights are packed for. On a Zen 4, weights packed for 197 and for 1576 rows are equally fast at
     * both.
     */
    private static final int PACKED_FOR_ROWS = 512;

    private final KernelArchive kernels;
    private final NumberType type;
    private final Optional<FastOperations> within;
    private final Steps steps;
    private final FastAttention attention;
    private final KernelRooms rooms;

    private FastOperations(KernelArchive kernels, NumberType type, Optional<FastOperations> within, Steps steps) {
        this.kernels = kernels;
        this.type = type;
        this.within = within;
        this.steps = steps;
        rooms = new KernelRooms(kernels);
        attention = new FastAttention(kernels, rooms);
    }

    /** The type within encoders, float32 outside. */
    static FastOperations of(KernelArchive kernels, NumberType type) {
        return of(kernels, type, Steps.WHERE_THEY_PAY);
    }

    static FastOperations of(KernelArchive kernels, NumberType type, Steps steps) {
        if (type == NumberType.FLOAT32) {
            return new FastOperations(kernels, type, Optional.empty(), steps);
        }
        FastOperations inside = new FastOperations(kernels, type, Optional.empty(), steps);
        return new FastOperations(kernels, NumberType.FLOAT32, Optional.of(inside), steps);
    }

    @Override
    public NDArray linear(NDArray x, Affine affine, Activation activation) {
        return withAffine("linear_" + KernelSource.name(activation), x, affine).into(x.getManager());
    }

    /** A call of the method for the layer's kind of weights, with x and these. */
    private KernelCall withAffine(String method, NDArray x, Affine affine) {
        Shape shape = x.getShape();
        long inWidth = shape.dimension() == 0 ? 0 : shape.get(shape.dimension() - 1);
        Check.that(inWidth == affine.inWidth(), "x is %s; its last axis must be %d wide.", shape, affine.inWidth());
        NDArray bias = affine.bias()
                .orElseThrow(() -> new IllegalStateException("The block isn't prepared for these operations."));
        return affine.scales()
                .map(scales -> kernels.call("int8_" + method)
                        .with(x)
                        .with(affine.weight())
                        .with(scales))
                .orElseGet(() -> kernels.call(method).with(x).with(affine.weight()))
                .with(bias);
    }

    @Override
    public Projected project(NDArray x, Affine affine, AttentionConfig config, Rotation rotation) {
        boolean turned = rotation instanceof Rotation.Angles;
        if (!turned && rotation != Rotation.NONE) {
            return Operations.super.project(x, affine, config, rotation);
        }
        KernelCall call = withAffine(turned ? "project_turned" : "project", x, affine)
                .with(config.heads())
                .with(config.keyValueHeads())
                .with(config.headWidth());
        if (rotation instanceof Rotation.Angles angles) {
            call.with(angles.cos()).with(angles.sin());
        }
        NDList parts = call.allInto(x.getManager());
        return new Projected(parts.get(0), parts.get(1), parts.get(2));
    }

    @Override
    public NDArray attendLast(Projected projected, KeyValue rooms, long place, float scale) {
        return attention.last(projected, rooms, place, scale);
    }

    @Override
    public NDArray gated(NDArray x, Affine gateAndUp, Activation activation) {
        return withAffine("gated_" + KernelSource.name(activation), x, gateAndUp)
                .into(x.getManager());
    }

    @Override
    public NDArray attention(NDArray q, NDArray k, NDArray v, AttentionMask mask, float scale) {
        return attention.of(q, k, v, mask, scale);
    }

    @Override
    public NDArray layerNorm(NDArray x, NDArray scale, NDArray shift, float epsilon) {
        return kernels.call("layer_norm")
                .with(x)
                .with(scale)
                .with(shift)
                .with(epsilon)
                .into(x.getManager());
    }

    @Override
    public NDArray rmsNorm(NDArray x, NDArray scale, float epsilon) {
        return kernels.call("rms_norm").with(x).with(scale).with(epsilon).into(x.getManager());
    }

    @Override
    public NDArray activate(NDArray x, Activation activation) {
        return kernels.call("activate_" + KernelSource.name(activation)).with(x).into(x.getManager());
    }

    @Override
    public NDArray rotate(NDArray x, NDArray cos, NDArray sin) {
        return kernels.call("rotate").with(x).with(cos).with(sin).into(x.getManager());
    }

    @Override
    public NDArray residual(NDArray x, NDArray update) {
        return kernels.call("residual").with(x).with(update).into(x.getManager());
    }

    @Override
    public NDArray residual(NDArray x, NDArray y, Affine affine) {
        return withAffine("residual_linear", y, affine).with(x).into(x.getManager());
    }

    @Override
    public NDArray residual(NDArray x, NDArray update, NDArray scale) {
        return kernels.call("scaled_residual").with(x).with(update).with(scale).into(x.getManager());
    }

    @Override
    public NDArray multiply(NDArray x, NDArray y) {
        return kernels.call("multiply").with(x).with(y).into(x.getManager());
    }

    @Override
    public NDArray room(NDArray like, long rows, long capacity, NDManager owner) {
        return rooms.made(like, rows, capacity, owner);
    }

    @Override
    public NDArray write(NDArray room, NDArray x, long place) {
        return rooms.write(room, x, place);
    }

    @Override
    public NDArray tokens(NDArray x, long first, long end) {
        return rooms.tokens(x, first, end);
    }

    @Override
    public void copyRows(NDArray from, NDArray to, long tokens, NDArray sources, NDArray targets) {
        rooms.copyRows(from, to, tokens, sources, targets);
    }

    /** Both arrays are new, and a missing bias becomes 0, so that one kernel serves all layers. */
    @Override
    public Affine prepare(Affine affine) {
        NDArray weight = affine.weight();
        Shape shape = new Shape(affine.outWidth(), affine.inWidth());
        Check.that(weight.getShape().equals(shape), "The weight is %s; the layer needs %s.", weight.getShape(), shape);
        NDManager manager = weight.getManager();
        Optional<NDArray> scales = type == NumberType.INT8
                ? Optional.of(kernels.call("scales").with(weight).into(manager))
                : Optional.empty();
        NDArray packed = scales.map(factors ->
                        kernels.call("quantize").with(weight).with(factors).into(manager))
                .orElseGet(() -> kernels.call("pack")
                        .with(weight)
                        .with(type.code())
                        .with(PACKED_FOR_ROWS)
                        .into(manager));
        try (NDManager scope = manager.newSubManager()) {
            NDArray bias = affine.bias().orElseGet(() -> scope.zeros(new Shape(affine.outWidth())));
            NDArray copy = kernels.call("copy").with(bias).with(type.code()).into(manager);
            return new Affine(packed, Optional.of(copy), scales, Optional.empty(), affine.inWidth(), affine.outWidth());
        }
    }

    /** Vectors stay float32: what they are added to or multiplied with is. */
    @Override
    public NDArray prepare(NDArray weight) {
        return weight;
    }

    /** By PyTorch's own product, which reads the matrix as it is. */
    @Override
    public NDArray sharedLinear(NDArray x, Affine loaded) {
        Shape shape = x.getShape();
        Check.that(
                shape.get(shape.dimension() - 1) == loaded.inWidth(),
                "x is %s; its last axis must be %d wide.",
                shape,
                loaded.inWidth());
        NDArray y = kernels.call("plain_linear").with(x).with(loaded.weight()).into(x.getManager());
        return loaded.bias().map(bias -> residual(y, bias)).orElse(y);
    }

    @Override
    public boolean computesWithLoaded() {
        return type == NumberType.FLOAT32 && !kernels.packs();
    }

    @Override
    public Operations within() {
        return within.isPresent() ? within.get() : this;
    }

    /**
     * The residual stream is float32 always, so that rounding doesn't add up over the layers; linear layers convert.
     */
    @Override
    public NDArray enter(NDArray x) {
        return x;
    }

    @Override
    public NDArray leave(NDArray x) {
        return type == NumberType.FLOAT32 ? x : to(x, NumberType.FLOAT32);
    }

    /** What linear layers compute in. */
    NumberType type() {
        return type;
    }

    /** A copy in Java's memory of an array of any type. */
    float[] numbers(NDArray x) {
        float[] copy = new float[Math.toIntExact(x.size())];
        read(x, numbers -> numbers.get(copy));
        return copy;
    }

    /**
     * Has the numbers of an array of any type read where they are, if they are of float32.
     *
     * @throws ArithmeticException if they take more than 2 GB
     */
    void read(NDArray x, Consumer<FloatBuffer> reader) {
        try (NDArray floats = kernels.call("floats").with(x).into(x.getManager())) {
            Math.toIntExact(Float.BYTES * x.size()); // a buffer has no more bytes
            ByteBuffer bytes = floats.toByteBuffer(true).order(ByteOrder.nativeOrder());
            reader.accept(bytes.asFloatBuffer());
        }
    }

    @Override
    public Operations stepping(long weights) {
        NumberType inside = within.orElse(this).type;
        return StepLoops.available()
                .filter(loops -> !kernels.onGpu() && steps.pay(weights, inside))
                .<Operations>map(loops -> StepOperations.of(this, loops))
                .orElse(this);
    }

    private NDArray to(NDArray x, NumberType other) {
        return kernels.call("to").with(x).with(other.code()).into(x.getManager());
    }

    @Override
    public String toString() {
        String inside = within.map(operations ->
                        operations.type == NumberType.INT8 ? "8-bit weights in encoders" : "bfloat16 in encoders")
                .orElse("float32");
        return "kernels of " + kernels + ", " + inside;
    }
}
