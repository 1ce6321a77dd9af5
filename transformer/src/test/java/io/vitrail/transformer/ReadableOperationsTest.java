package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What each operation computes: values by hand, and the property that names it. */
class ReadableOperationsTest {
    private static final Operations OPERATIONS = ReadableOperations.INSTANCE;

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void linearIsAMatrixThenABiasThenTheActivation() {
        NDArray weight = array(3, 2, 1, 10, -1, 0, 2, -3); // rows (1, 10), (−1, 0), (2, −3)
        Affine affine = new Affine(weight, Optional.of(array(1, 3, 100, 0, -5).flatten()), 2, 3);
        NDArray x = array(1, 2, 3, 4);
        NDArray y = OPERATIONS.linear(x, affine, Activation.LINEAR);
        assertThat(y.toFloatArray()).containsExactly(143, -3, -11);
        assertThat(OPERATIONS.linear(x, affine, Activation.RELU).toFloatArray()).containsExactly(143, 0, 0);
        Affine unbiased = new Affine(weight, Optional.empty(), 2, 3);
        assertThat(OPERATIONS.linear(x, unbiased, Activation.LINEAR).toFloatArray())
                .containsExactly(43, -3, -6);
    }

    @Test
    void attentionMixesValuesByHowWellKeysFit() {
        NDArray q = array(1, 2, 1, 0).reshape(1, 1, 1, 2);
        NDArray k = array(2, 2, 1, 0, 0, 1).reshape(1, 1, 2, 2);
        NDArray v = array(2, 2, 4, 8, 0, 4).reshape(1, 1, 2, 2);
        float scale = (float) Math.log(3); // e^scale = 3, so the first key gets 3 of 4 parts
        NDArray mixed = OPERATIONS.attention(q, k, v, AttentionMask.NONE, scale);
        assertThat(mixed.toFloatArray()).containsExactly(new float[] {3, 7}, within(1e-6f));
    }

    @Test
    void theSharesOfAllKeysAddUpToOne() {
        NDArray q = Weights.wave(manager, 2, 3, 5, 4);
        NDArray k = Weights.wave(manager, 2, 3, 7, 4);
        NDArray weights = ReadableOperations.attentionWeights(q, k, AttentionMask.NONE, 2);
        assertThat(weights.getShape()).isEqualTo(new Shape(2, 3, 5, 7));
        assertThat(weights.min().getFloat()).isPositive();
        assertThat(weights.sum(new int[] {-1}).toFloatArray()).containsOnly(ones(30), within(1e-6f));
    }

    @Test
    void layerNormAddsEpsilonToTheVariance() {
        NDArray x = array(1, 4, 1, 3, 5, 7); // mean 4, variance 5
        NDArray scale = array(1, 4, 1, 1, 3, 1).flatten();
        NDArray shift = array(1, 4, 0, 0, 0, 10).flatten();
        NDArray y = OPERATIONS.layerNorm(x, scale, shift, 4); // √(5 + 4) = 3
        assertThat(y.toFloatArray()).containsExactly(new float[] {-1, -1 / 3f, 1, 11}, within(1e-6f));
    }

    @Test
    void layerNormMakesEachRowsMeanZeroAndVarianceOne() {
        NDArray x = Weights.wave(manager, 2, 3, 37).mul(5).add(2);
        NDArray y = OPERATIONS.layerNorm(x, manager.ones(new Shape(37)), manager.zeros(new Shape(37)), 1e-6f);
        assertThat(y.mean(new int[] {2}).toFloatArray()).containsOnly(new float[6], within(1e-5f));
        assertThat(y.square().mean(new int[] {2}).toFloatArray()).containsOnly(ones(6), within(1e-4f));
    }

    @Test
    void rmsNormDividesByTheRootOfTheMeanSquare() {
        NDArray x = array(1, 3, 2, 4, -4); // mean square 12
        NDArray scale = array(1, 3, 1, 1, 10).flatten();
        NDArray y = OPERATIONS.rmsNorm(x, scale, 4); // √(12 + 4) = 4
        assertThat(y.toFloatArray()).containsExactly(new float[] {0.5f, 1, -10}, within(1e-6f));
    }

    @Test
    void residualsAddTheUpdate() {
        NDArray x = array(1, 2, 1, 2);
        NDArray update = array(1, 2, 10, 20);
        NDArray scale = array(1, 2, 0.5f, 3).flatten();
        assertThat(OPERATIONS.residual(x, update).toFloatArray()).containsExactly(11, 22);
        assertThat(OPERATIONS.residual(x, update, scale).toFloatArray()).containsExactly(6, 62);
    }

    @Test
    void productsAndActivationsAreElementwise() {
        NDArray x = array(2, 2, 1, -2, 3, -4);
        assertThat(OPERATIONS.multiply(x, array(1, 2, 10, 100)).toFloatArray()).containsExactly(10, -200, 30, -400);
        assertThat(OPERATIONS.activate(x, Activation.RELU).toFloatArray()).containsExactly(1, 0, 3, 0);
    }

    @Test
    void rotationTurnsPairsOfTheTwoHalves() {
        NDArray x = array(1, 4, 1, 2, 3, 4).reshape(1, 1, 1, 4); // the pairs (1, 3) and (2, 4)
        NDArray cos = array(1, 4, 0, 1, 0, 1);
        NDArray sin = array(1, 4, 1, 0, 1, 0);
        assertThat(OPERATIONS.rotate(x, cos, sin).toFloatArray())
                .containsExactly(-3, 2, 1, 4); // a right angle, and none
    }

    @Test
    void rotationKeepsLengths() {
        NDArray x = Weights.wave(manager, 2, 3, 5, 6);
        NDArray half = Weights.wave(manager, 5, 3).mul(3);
        NDArray angles = half.concat(half, 1); // both members of a pair turn alike
        NDArray y = OPERATIONS.rotate(x, angles.cos(), angles.sin());
        assertThat(y.square().sum(new int[] {3}).toFloatArray())
                .containsExactly(x.square().sum(new int[] {3}).toFloatArray(), within(1e-5f));
    }

    @Test
    void nothingIsPreparedAndNoBorderCrossed() {
        NDArray x = array(1, 2, 1, 2);
        Affine affine = new Affine(x, Optional.empty(), 2, 1);
        assertThat(OPERATIONS.prepare(affine)).isSameAs(affine);
        assertThat(OPERATIONS.prepare(x)).isSameAs(x);
        assertThat(OPERATIONS.within()).isSameAs(OPERATIONS);
        assertThat(OPERATIONS.leave(OPERATIONS.enter(x))).isSameAs(x);
    }

    private NDArray array(int rows, int columns, float... values) {
        return manager.create(values, new Shape(rows, columns));
    }

    private static float[] ones(int count) {
        float[] ones = new float[count];
        Arrays.fill(ones, 1);
        return ones;
    }
}
