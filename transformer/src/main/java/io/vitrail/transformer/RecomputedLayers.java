package io.vitrail.transformer;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A training's operations that keep of each layer only what it gives: its intermediate tensors are computed again when its
 * gradients are (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"). A step takes the memory of one layer
 * instead of all, and a third more time. Gradients are the same, dropout included. For one thread.
 */
public final class RecomputedLayers extends ForwardingOperations implements AutoCloseable {
    /** Each time costs as much as a small layer; more seldom, more freed memory is kept. */
    private static final int LAYERS_UNTIL_GIVEN_BACK = 4;

    private final NDManager manager = DjlEngine.newManager(DjlEngine.get().defaultDevice());
    private final List<Layer> layers = new ArrayList<>();
    private int seed;
    private int computed;

    /**
     * What a layer did.
     *
     * @param x what it was given, with a graph behind it
     * @param y what it gave, with none
     */
    private record Layer(TensorBlock block, NDArray x, NDArray y, Pass pass, int seed) {}

    /** @param operations that compute, and that gradients flow through */
    public RecomputedLayers(Operations operations) {
        super(operations);
    }

    @Override
    public Operations within() {
        return this;
    }

    @Override
    public NDArray layer(TensorBlock block, NDArray x, Pass pass) {
        if (!pass.training() || !JniUtils.isGradMode()) {
            return super.layer(block, x, pass);
        }
        giveBackAtTimes();
        return Scope.of(x, seen -> {
            int drawn = ++seed;
            NDArray y = withoutGraph(block, seen, pass, drawn);
            layers.add(new Layer(block, Scope.lend(seen, manager), y, pass, drawn));
            return Scope.lend(y, seen.getManager());
        });
    }

    private NDArray withoutGraph(TensorBlock block, NDArray x, Pass pass, int drawn) {
        JniUtils.setGradMode(false);
        try {
            manager.getEngine().setRandomSeed(drawn);
            NDArray y = block.forward(x, pass);
            y.attach(manager);
            JniUtils.attachGradient((PtNDArray) y, true);
            return y;
        } finally {
            JniUtils.setGradMode(true);
        }
    }

    /** Begins a step: what its layers draw follows from the seed. */
    public void begin(int stepSeed) {
        forget();
        seed = stepSeed;
    }

    /** The gradients of a loss that was computed with these operations; frees what was kept. */
    public void backward(GradientCollector gradients, NDArray loss) {
        try {
            gradients.backward(loss);
            Collections.reverse(layers);
            layers.forEach(this::backward);
        } finally {
            forget();
        }
    }

    private void backward(Layer layer) {
        giveBackAtTimes();
        try (NDManager scope = manager.newSubManager()) {
            NDArray gradient = layer.y.getGradient();
            gradient.attach(scope);
            PtNDArray x = detached(layer.x, scope);
            manager.getEngine().setRandomSeed(layer.seed);
            NDArray again = layer.block.forward(Scope.lend(x, scope), layer.pass);
            JniUtils.backward(
                    (PtNDArray) again, (PtNDArray) gradient, true, false); // masks' graphs are shared by layers
            NDArray upstream = x.getGradient();
            upstream.attach(scope);
            toWhatCameBefore(layer.x, upstream);
        }
    }

    private void giveBackAtTimes() {
        computed++;
        if (computed % LAYERS_UNTIL_GIVEN_BACK == 0) {
            NativeHeap.giveBack();
        }
    }

    /** Nothing, where nothing learns below a layer: the engine refuses then, and DJL can't say so beforehand. */
    private static void toWhatCameBefore(NDArray x, NDArray gradient) {
        try {
            JniUtils.backward((PtNDArray) x, (PtNDArray) gradient, true, false);
        } catch (EngineException e) {
            if (!e.getMessage().contains("does not require grad")) {
                throw e;
            }
        }
    }

    private static PtNDArray detached(NDArray x, NDManager scope) {
        NDArray values = x.stopGradient();
        values.attach(scope);
        JniUtils.attachGradient((PtNDArray) values, true);
        return (PtNDArray) values;
    }

    private void forget() {
        layers.forEach(layer -> {
            layer.x.close();
            layer.y.close();
        });
        layers.clear();
    }

    @Override
    public void close() {
        forget();
        manager.close();
    }
}
