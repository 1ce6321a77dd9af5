package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Linear layers, MLPs, layer scale and norms, by hand. */
class FeedForwardTest {
    private static final Pass PASS = Pass.inference(ReadableOperations.INSTANCE);

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void mlpExpandsActivatesAndContracts() {
        Mlp mlp = Weights.of(
                new Mlp(2, 3, Activation.RELU),
                manager,
                Map.of(
                        "expand.weight", new float[] {1, 0, 0, 1, -1, 0},
                        "expand.bias", new float[] {0, 1, 0},
                        "contract.weight", new float[] {1, 10, 100, 2, 20, 200},
                        "contract.bias", new float[] {0, 1000}));
        // (2, 3) to (2, 4, −2), by ReLU to (2, 4, 0)
        assertThat(mlp.forward(token(2, 3), PASS).toFloatArray()).containsExactly(42, 1084);
    }

    @Test
    void gatedMlpMultipliesWithTheActivatedGate() {
        GatedMlp mlp = Weights.of(
                new GatedMlp(2, 3, Activation.RELU, Bias.ABSENT),
                manager,
                Map.of(
                        "gate.weight", new float[] {1, 0, 0, 1, -1, 0},
                        "up.weight", new float[] {0, 1, 1, 1, 5, 5},
                        "down.weight", new float[] {1, 10, 100, 2, 20, 200}));
        // gate (2, 3, −2) by ReLU (2, 3, 0), times (3, 5, 25): (6, 15, 0)
        assertThat(mlp.forward(token(2, 3), PASS).toFloatArray()).containsExactly(156, 312);
        assertThat(mlp.getParameters()).hasSize(3);
    }

    @Test
    void packedGatedMlpStoresGateAndUpAsOneMatrix() {
        PackedGatedMlp packed = Weights.of(
                new PackedGatedMlp(2, 3, Activation.RELU),
                manager,
                Map.of(
                        "gateAndUp.weight", new float[] {1, 0, 0, 1, -1, 0, 0, 1, 1, 1, 5, 5},
                        "gateAndUp.bias", new float[] {0, 0, 0, 0, 0, 7},
                        "down.weight", new float[] {1, 10, 100, 2, 20, 200},
                        "down.bias", new float[] {0.5f, 0}));
        assertThat(packed.forward(token(2, 3), PASS).toFloatArray()).containsExactly(156.5f, 312);
    }

    @Test
    void eachTokenIsTransformedByItself() {
        Mlp mlp = Weights.random(new Mlp(4, 7, Activation.GELU), manager);
        NDArray x = Weights.wave(manager, 2, 5, 4);
        NDArray alone = mlp.forward(x.get("1:2, 3:4"), PASS);
        assertThat(alone.toFloatArray())
                .containsExactly(mlp.forward(x, PASS).get("1, 3").toFloatArray(), within(1e-6f));
    }

    @Test
    void linearKnowsItsOutputsShape() {
        Linear linear = new Linear(4, 7);
        assertThat(linear.getOutputShapes(new Shape[] {new Shape(2, 5, 4)})).containsExactly(new Shape(2, 5, 7));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Linear(0, 7))
                .withMessage("Widths must be positive, not 0 to 7.");
    }

    @Test
    void layerScaleMultipliesEachChannelOfTheBranch() {
        LayerScale scale = Weights.of(new LayerScale(2, 0.1f), manager, Map.of("scale", new float[] {10, 0.5f}));
        assertThat(scale.forward(token(2, 3), PASS).toFloatArray()).containsExactly(20, 1.5f);
        assertThat(scale.residual(token(1, 1), token(2, 3), PASS).toFloatArray())
                .containsExactly(21, 2.5f);
    }

    @Test
    void layerScaleStartsAtItsInitialValue() {
        LayerScale scale = Weights.initial(new LayerScale(3, 0.25f), manager);
        assertThat(Weights.array(scale, "scale").toFloatArray()).containsExactly(0.25f, 0.25f, 0.25f);
    }

    @Test
    void tokenNormScalesAndShifts() {
        TokenNorm norm = Weights.of(
                new TokenNorm(4, 4), manager, Map.of("weight", new float[] {1, 1, 3, 1}, "bias", new float[] {0, 0, 0, 9
                }));
        NDArray x = manager.create(new float[] {1, 3, 5, 7}, new Shape(1, 1, 4)); // mean 4, variance 5, √(5 + 4) = 3
        assertThat(norm.forward(x, PASS).toFloatArray())
                .containsExactly(new float[] {-1, -1 / 3f, 1, 10}, within(1e-6f));
    }

    @Test
    void tokenNormTreatsEachTokenByItself() {
        TokenNorm norm = Weights.initial(new TokenNorm(5, 1e-6f), manager);
        NDArray x = Weights.wave(manager, 2, 3, 5);
        NDArray other = x.mul(manager.create(new float[] {1, 100, 1}, new Shape(3, 1)));
        assertThat(norm.forward(other, PASS).get(":, 2").toFloatArray())
                .containsExactly(norm.forward(x, PASS).get(":, 2").toFloatArray());
    }

    @Test
    void rmsNormHasNoMeanAndNoShift() {
        RmsNorm norm = Weights.of(new RmsNorm(3, 4), manager, Map.of("weight", new float[] {1, 2, 10}));
        NDArray x = manager.create(new float[] {2, 4, -4}, new Shape(1, 1, 3)); // √(12 + 4) = 4
        assertThat(norm.forward(x, PASS).toFloatArray()).containsExactly(new float[] {0.5f, 2, -10}, within(1e-6f));
        assertThat(norm.getParameters()).hasSize(1);
    }

    private NDArray token(float first, float second) {
        return manager.create(new float[] {first, second}, new Shape(1, 1, 2));
    }
}
