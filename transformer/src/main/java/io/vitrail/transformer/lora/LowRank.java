package io.vitrail.transformer.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Adaptation;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.LowRankChange;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.TensorBlock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A layer's change of low rank: y + scaling · B A x (Hu et al. 2021, equation 3). A begins with small random numbers, B with 0,
 * so that training begins with the model as it is. Where a checkpoint stores several layers as one, they share A, and each has
 * its rows of B.
 */
final class LowRank extends TensorBlock {
    private static final String WEIGHT = "weight";

    private final double scaling;
    private final float dropout;
    private final Linear down;
    private final List<Linear> ups = new ArrayList<>();
    private State state = State.TRAINED;

    private enum State {
        TRAINED,
        LOADED,
        PREPARED
    }

    /**
     * @param outputs of all layers together
     * @param layers how many they are
     */
    LowRank(LoraConfig config, int inputs, int outputs, int layers) {
        this(config.rank(), config.scaling(), (float) config.dropout(), inputs, outputs, layers, Bias.ABSENT);
        float bound = (float) (1 / Math.sqrt(inputs)); // He's uniform with a slope of √5, as torch begins linear layers
        set(down, WEIGHT, (manager, shape, type) -> manager.randomUniform(-bound, bound, shape, type));
        ups.forEach(up -> set(up, WEIGHT, Initializer.ZEROS));
    }

    /** With weights, for inference. */
    static LowRank loaded(LowRankWeights weights, int layers, NDManager manager) {
        Bias bias = Bias.of(weights.bias().isPresent());
        LowRank change =
                new LowRank(weights.rank(), weights.scaling(), 0, weights.inputs(), weights.outputs(), layers, bias);
        float[] scaled = weights.a().clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= (float) weights.scaling();
        }
        fill(change.down, WEIGHT, scaled, manager);
        for (int i = 0; i < layers; i++) {
            LowRankWeights part = weights.part(i, layers);
            Linear up = change.ups.get(i);
            fill(up, WEIGHT, part.b(), manager);
            part.bias().ifPresent(values -> fill(up, "bias", times(values, weights.scaling()), manager));
        }
        change.state = State.LOADED;
        return change;
    }

    private LowRank(int rank, double scaling, float dropout, int inputs, int outputs, int layers, Bias bias) {
        this.scaling = scaling;
        this.dropout = dropout;
        down = part("a", new Linear(inputs, rank, Bias.ABSENT, Activation.LINEAR));
        IntStream.range(0, layers)
                .forEach(i -> ups.add(part("b" + i, new Linear(rank, outputs / layers, bias, Activation.LINEAR))));
    }

    /** The change of one of the layers. */
    Adaptation of(int layer) {
        return new OfLayer(ups.get(layer));
    }

    private final class OfLayer implements Adaptation {
        private final Linear up;

        OfLayer(Linear up) {
            this.up = up;
        }

        @Override
        public NDArray instead(NDArray x, Affine affine, Pass pass) {
            return state == State.TRAINED
                    ? pass.operations().linear(x, affine, trained(x, pass))
                    : Adaptation.super.instead(x, affine, pass);
        }

        @Override
        public NDArray onto(NDArray y, NDArray x, Pass pass) {
            if (state == State.TRAINED) {
                return trained(x, pass).onto(y, x, pass.operations());
            }
            prepareOnce(pass.operations());
            return up.forwardOnto(y, down.forward(x, pass), pass);
        }

        private LowRankChange trained(NDArray x, Pass pass) {
            NDArray a = value(down.parameters().get(WEIGHT), x, pass);
            NDArray b = value(up.parameters().get(WEIGHT), x, pass);
            return new LowRankChange(a, b, scaling, pass.training() ? dropout : 0);
        }
    }

    /** By the operations of the first pass: those within an encoder may differ from those of a head. */
    private synchronized void prepareOnce(Operations operations) {
        if (state == State.LOADED) {
            prepareFor(operations);
            state = State.PREPARED;
        }
    }

    /** How many layers it changes. */
    int layers() {
        return ups.size();
    }

    /** Not yet scaled, one below the other as the checkpoint has the layers: [outputs, rank]. */
    NDArray b() {
        NDList all = new NDList();
        ups.forEach(up -> all.add(up.parameters().get(WEIGHT).getArray()));
        return all.size() == 1 ? all.head() : NDArrays.concat(all);
    }

    /** By name; of several layers' B each. */
    Map<String, Parameter> weights(String module) {
        Map<String, Parameter> weights = new LinkedHashMap<>();
        weights.put(module + ".lora_A", down.parameters().get(WEIGHT));
        for (int i = 0; i < ups.size(); i++) {
            String part = ups.size() == 1 ? "" : "[" + i + "]";
            weights.put(module + ".lora_B" + part, ups.get(i).parameters().get(WEIGHT));
        }
        return weights;
    }

    /** [rank, inputs]. */
    NDArray a() {
        return down.parameters().get(WEIGHT).getArray();
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        throw new UnsupportedOperationException("A change of low rank is computed onto what a layer gives.");
    }

    private static float[] times(float[] values, double factor) {
        float[] products = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            products[i] = (float) (factor * values[i]);
        }
        return products;
    }

    private static void set(Linear layer, String parameter, Initializer initializer) {
        layer.parameters().get(parameter).setInitializer(initializer);
    }

    /** Gives a parameter its values. */
    static void fill(TensorBlock layer, String parameter, float[] values, NDManager manager) {
        Parameter empty = layer.parameters().get(parameter);
        empty.setInitializer((owner, shape, type) -> Scope.owned(owner.create(values, shape)));
        empty.initialize(manager, DataType.FLOAT32);
    }
}
