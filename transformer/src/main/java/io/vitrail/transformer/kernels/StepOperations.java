package io.vitrail.transformer.kernels;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.AttentionConfig;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.ForwardingOperations;
import io.vitrail.transformer.KeyValue;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Projected;
import io.vitrail.transformer.Rotation;
import io.vitrail.transformer.TensorBlock;
import java.util.Optional;

/**
 * {@link FastOperations} for a decoder that writes token by token: passes of a token or few are computed in Java, whose memory
 * holds the weights once more, and keys and values. There nothing but reading the weights takes time, and a call into the engine
 * would be a good part of it. Longer passes are the engine's.
 *
 * <p>Between its operations arrays are {@link HeapArray}; whatever else is done with these is done by the engine.
 */
final class StepOperations extends ForwardingOperations {
    /** Tokens of a pass for which reading the weights decides. */
    static final int FEW = 4;

    private final FastOperations engine;
    private final StepProducts products;
    private final StepVectors vectors;
    private final StepRooms rooms;
    private final StepAttending attending;
    private final StepNumbers numbers;
    private final Optional<StepOperations> within;

    private StepOperations(
            FastOperations engine, StepLoops loops, FloatCopies copies, Optional<StepOperations> within) {
        super(engine);
        this.engine = engine;
        this.within = within;
        numbers = new StepNumbers(engine, copies);
        products = new StepProducts(engine, loops);
        vectors = new StepVectors(loops);
        rooms = new StepRooms(engine, numbers);
        attending = new StepAttending(rooms, numbers, new StepAttention(loops, Team.shared()));
    }

    /** The same as the engine's, within encoders and outside. */
    static StepOperations of(FastOperations engine, StepLoops loops) {
        WarmUp.begin(loops, ((FastOperations) engine.within()).type());
        FloatCopies copies = new FloatCopies();
        return engine.within() == engine
                ? new StepOperations(engine, loops, copies, Optional.empty())
                : new StepOperations(
                        engine,
                        loops,
                        copies,
                        Optional.of(
                                new StepOperations((FastOperations) engine.within(), loops, copies, Optional.empty())));
    }

    private static int rows(NDArray x) {
        return Math.toIntExact(x.getShape().size() / width(x));
    }

    private static long width(NDArray x) {
        Shape s = x.getShape();
        return s.dimension() == 0 ? 0 : s.get(s.dimension() - 1);
    }

    /** Whether x is few rows of that width. */
    private static boolean isStep(NDArray x, long width) {
        return width > 0 && width(x) == width && rows(x) <= FEW;
    }

    private static boolean isOneToken(NDArray x) {
        return x.getShape().dimension() == 3 && x.getShape().get(1) == 1;
    }

    /** The weights for a step; none where the engine computes, or says what is wrong. */
    private static Optional<HeapWeights> weights(NDArray x, Affine affine) {
        return isStep(x, affine.inWidth()) && !WarmUp.isTooSlow()
                ? affine.steps().map(HeapWeights.class::cast)
                : Optional.empty();
    }

    private static NDArray like(NDArray x, long width, float[] numbers) {
        Shape s = x.getShape();
        return new HeapArray(x.getManager(), s.slice(0, s.dimension() - 1).add(width), numbers);
    }

    @Override
    public NDArray linear(NDArray x, Affine affine, Activation activation) {
        return weights(x, affine)
                .map(step -> like(x, affine.outWidth(), products.of(numbers.of(x), rows(x), step, activation)))
                .orElseGet(() -> engine.linear(x, affine, activation));
    }

    @Override
    public NDArray gated(NDArray x, Affine gateAndUp, Activation activation) {
        return weights(x, gateAndUp)
                .map(step -> {
                    float[] both = products.of(numbers.of(x), rows(x), step, Activation.LINEAR);
                    int width = gateAndUp.outWidth() / 2;
                    return like(x, width, vectors.gated(both, width, activation));
                })
                .orElseGet(() -> engine.gated(x, gateAndUp, activation));
    }

    @Override
    public Projected project(NDArray x, Affine affine, AttentionConfig config, Rotation rotation) {
        Optional<HeapWeights> step = weights(x, affine);
        if (step.isEmpty() || !isOneToken(x) || !turnsHere(rotation, rows(x), config.headWidth())) {
            return engine.project(x, affine, config, rotation);
        }
        int batch = rows(x);
        float[] all = products.of(numbers.of(x), batch, step.get(), Activation.LINEAR);
        if (rotation instanceof Rotation.Angles angles) {
            int turning = config.queryWidth() + config.keyValueWidth();
            StepVectors.Rows turned = new StepVectors.Rows(all, batch, turning);
            vectors.rotate(turned, numbers.lasting(angles.cos()), numbers.lasting(angles.sin()), config.headWidth());
        }
        int[] widths = {config.queryWidth(), config.keyValueWidth(), config.keyValueWidth()};
        NDArray[] parts = new NDArray[3];
        for (int i = 0, at = 0; i < 3; at += widths[i++]) {
            Shape heads = new Shape(batch, widths[i] / config.headWidth(), 1, config.headWidth());
            parts[i] = new HeapArray(
                    x.getManager(), heads, StepVectors.columns(new StepVectors.Rows(all, batch, widths[i]), at));
        }
        return new Projected(parts[0], parts[1], parts[2]);
    }

    /** Whether angles are those of whole heads of one token, for all rows or each. */
    private static boolean turnsHere(Rotation rotation, int batch, int headWidth) {
        if (rotation instanceof Rotation.Angles angles) {
            Shape s = angles.cos().getShape();
            long each = s.size() / headWidth;
            return s.get(s.dimension() - 1) == headWidth && (each == 1 || each == batch);
        }
        return rotation == Rotation.NONE;
    }

    @Override
    public NDArray attendLast(Projected projected, KeyValue into, long place, float scale) {
        boolean here = into.k() instanceof HeapTokens || into.v() instanceof HeapTokens;
        return here
                ? attending
                        .last(projected, into, place, scale)
                        .orElseGet(() -> super.attendLast(projected, into, place, scale))
                : engine.attendLast(projected, into, place, scale);
    }

    @Override
    public NDArray attention(NDArray q, NDArray k, NDArray v, AttentionMask mask, float scale) {
        return attending
                .of(q, new KeyValue(k, v), mask, scale)
                .orElseGet(() -> engine.attention(q, copied(k, q), copied(v, q), mask, scale));
    }

    /** For the engine, once, though it may attend block by block. */
    private static NDArray copied(NDArray x, NDArray borrower) {
        return x instanceof HeapArray heap ? heap.inEngine(borrower.getManager()) : x;
    }

    @Override
    public NDArray layerNorm(NDArray x, NDArray scale, NDArray shift, float epsilon) {
        return isStep(x, scale.size()) && shift.size() == scale.size()
                ? like(
                        x,
                        scale.size(),
                        vectors.layerNorm(numbers.of(x), numbers.lasting(scale), numbers.lasting(shift), epsilon))
                : engine.layerNorm(x, scale, shift, epsilon);
    }

    @Override
    public NDArray rmsNorm(NDArray x, NDArray scale, float epsilon) {
        return isStep(x, scale.size())
                ? like(x, scale.size(), vectors.rmsNorm(numbers.of(x), numbers.lasting(scale), epsilon))
                : engine.rmsNorm(x, scale, epsilon);
    }

    @Override
    public NDArray activate(NDArray x, Activation activation) {
        return x instanceof HeapArray
                ? new HeapArray(
                        x.getManager(),
                        x.getShape(),
                        vectors.activated(numbers.of(x).clone(), activation))
                : engine.activate(x, activation);
    }

    @Override
    public NDArray residual(NDArray x, NDArray update) {
        boolean here = isStep(x, width(x)) && x.getShape().equals(update.getShape());
        return here ? sum(x, numbers.of(update).clone()) : engine.residual(x, update);
    }

    @Override
    public NDArray residual(NDArray x, NDArray y, Affine affine) {
        return weights(y, affine)
                .filter(step -> x.getShape().size() == (long) rows(y) * affine.outWidth())
                .map(step -> sum(x, products.of(numbers.of(y), rows(y), step, Activation.LINEAR)))
                .orElseGet(() -> engine.residual(x, y, affine));
    }

    /** Into the second. */
    private NDArray sum(NDArray x, float[] update) {
        float[] added = numbers.of(x);
        for (int i = 0; i < update.length; i++) {
            update[i] += added[i];
        }
        return new HeapArray(x.getManager(), x.getShape(), update);
    }

    @Override
    public NDArray room(NDArray like, long rowCount, long capacity, NDManager owner) {
        return rooms.made(like, rowCount, capacity, owner);
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

    @Override
    public Affine prepare(Affine affine) {
        Affine packed = engine.prepare(affine);
        return products.copy(affine, packed).map(packed::withSteps).orElse(packed);
    }

    @Override
    public Operations reading() {
        return engine;
    }

    @Override
    public Operations within() {
        return within.isPresent() ? within.get() : this;
    }

    /**
     * Without a scope of its own where a layer leaves nothing in native memory: of one token, whose keys are asked where they are.
     */
    @Override
    public NDArray layer(TensorBlock block, NDArray x, Pass pass) {
        return x instanceof HeapArray && isOneToken(x) && pass.context().isEmpty()
                ? block.forward(x, pass)
                : engine.layer(block, x, pass);
    }

    @Override
    public NDArray enter(NDArray x) {
        return isStep(x, width(x)) && x.getDataType() == DataType.FLOAT32
                ? like(x, width(x), x.toFloatArray())
                : engine.enter(x);
    }

    @Override
    public NDArray leave(NDArray x) {
        return x instanceof HeapArray ? x : engine.leave(x);
    }

    @Override
    public String toString() {
        return engine + ", steps in Java";
    }
}
