package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The border between DJL's blocks and the maths. */
class TensorBlockTest {
    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void djlDrivesABlockLikeAnyOther() {
        Mlp mlp = Weights.random(new Mlp(4, 7, Activation.GELU), manager);
        NDArray x = Weights.wave(manager, 2, 5, 4);
        NDArray expected = mlp.forward(x, Pass.inference(ReadableOperations.INSTANCE));
        NDList y = mlp.forward(new ParameterStore(manager, false), new NDList(x), false);
        assertThat(y.singletonOrThrow().toFloatArray()).containsExactly(expected.toFloatArray(), within(1e-6f));
        assertThat(mlp.getOutputShapes(new Shape[] {x.getShape()})).containsExactly(x.getShape());
    }

    @Test
    void partsAndParametersHaveTheNamesOfWeightTables() {
        Mlp mlp = new Mlp(4, 7, Activation.GELU);
        assertThat(mlp.parts().keySet()).containsExactly("expand", "contract");
        assertThat(mlp.parts().get("expand").parameters().keySet()).containsExactly("weight", "bias");
        assertThat(mlp.parameters()).isEmpty();
    }

    @Test
    void preparedWeightsReplaceTheLoadedOnes() {
        TokenNorm norm = Weights.initial(new TokenNorm(4, 1e-6f), manager);
        NDArray loaded = Weights.array(norm, "weight");
        int before = manager.getManagedArrays().size();
        Operations doubling = new ForwardingOperations(ReadableOperations.INSTANCE) {
            @Override
            public NDArray prepare(NDArray weight) {
                return weight.mul(2);
            }

            @Override
            public Operations within() {
                return this;
            }
        };
        norm.prepareFor(doubling);
        assertThat(loaded.isReleased()).isTrue();
        assertThat(manager.getManagedArrays()).hasSize(before);
        NDArray y =
                norm.forward(manager.create(new float[] {-1, 1, -1, 1}, new Shape(1, 1, 4)), Pass.inference(doubling));
        assertThat(y.toFloatArray()).containsExactly(new float[] {-2, 2, -2, 2}, within(1e-5f));
    }

    @Test
    void weightsStartAsTheRecipeSays() {
        Linear linear = Weights.initial(new Linear(30, 40), manager);
        NDArray weight = Weights.array(linear, "weight");
        assertThat(weight.abs().max().getFloat()).isLessThanOrEqualTo(0.04f); // cut off at two deviations
        assertThat(Math.sqrt(weight.square().mean().getFloat())).isBetween(0.015, 0.02);
        assertThat(Weights.array(linear, "bias").toFloatArray()).containsOnly(0);
        TokenNorm norm = Weights.initial(new TokenNorm(3, 1e-6f), manager);
        assertThat(Weights.array(norm, "weight").toFloatArray()).containsOnly(1);
        assertThat(Weights.array(norm, "bias").toFloatArray()).containsOnly(0);
    }
}
