package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is added to the stream, and what enters a stack, loses a share of its numbers, in training only. */
class ResidualDropoutTest {
    private static final Operations DROPPING = new ResidualDropout(ReadableOperations.INSTANCE, 0.25f);
    private static final float KEPT = 1 / 0.75f;
    private static final Shape TOKENS = new Shape(1, 100, 40);

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @BeforeEach
    void seed() {
        manager.getEngine().setRandomSeed(3);
    }

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void aShareOfWhatASubLayerAddsIsLeftOutAndTheRestMakesUpForIt() {
        checkShare(DROPPING.residual(manager.zeros(TOKENS), manager.ones(TOKENS)));
        checkShare(DROPPING.within().residual(manager.zeros(TOKENS), manager.ones(TOKENS)));
        checkShare(DROPPING.residual(manager.zeros(TOKENS), manager.ones(TOKENS), manager.ones(new Shape(40))));
        Affine ones = new Affine(manager.eye(40), Optional.empty(), 40, 40);
        checkShare(DROPPING.residual(manager.zeros(TOKENS), manager.ones(TOKENS), ones));
    }

    @Test
    void theStreamItselfStays() {
        NDArray x = DROPPING.residual(manager.full(TOKENS, 5f), manager.zeros(TOKENS));
        assertThat(x.eq(5).all().getBoolean()).isTrue();
    }

    @Test
    void theTokensThatEnterAStackAreDroppedOnce() {
        checkShare(new Encoder(0, layer -> new Mlp(40, 40, Activation.RELU))
                .forward(manager.ones(TOKENS), Pass.inference(DROPPING)));
    }

    private static void checkShare(NDArray y) {
        Set<Float> values = new HashSet<>();
        for (float value : y.toFloatArray()) {
            values.add(value);
        }
        assertThat(values).containsExactlyInAnyOrder(0f, KEPT);
        assertThat(y.mean().getFloat()).isBetween(0.95f, 1.05f);
    }

    @Test
    void gradientsFlowThroughWhatIsKept() {
        NDArray update = manager.ones(TOKENS);
        update.setRequiresGradient(true);
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            NDArray y = DROPPING.residual(manager.zeros(TOKENS), update);
            collector.backward(y.sum());
            assertThat(update.getGradient()).isEqualTo(y);
        }
    }

    @Test
    void onlyTrainingDropsAndAsTheSeedSays() {
        EncoderConfig config = new EncoderConfig(12, 2, 3, 20, 1e-6f, Activation.GELU, Bias.PRESENT);
        Encoder encoder = Weights.random(config.postNormEncoder(), manager);
        float[] plain = run(encoder, 1, true);
        encoder.trainWith(DROPPING);
        assertThat(run(encoder, 1, false)).containsExactly(plain);
        assertThat(run(encoder, 1, true)).isNotEqualTo(plain).containsExactly(run(encoder, 1, true));
        assertThat(run(encoder, 2, true)).isNotEqualTo(run(encoder, 1, true));
    }

    private float[] run(Encoder encoder, int seed, boolean training) {
        Engine.getInstance().setRandomSeed(seed);
        NDList x = new NDList(Weights.wave(manager, 2, 5, 12));
        return encoder.forward(new ParameterStore(manager, false), x, training)
                .singletonOrThrow()
                .toFloatArray();
    }

    @ParameterizedTest
    @ValueSource(floats = {-0.1f, 1, Float.NaN})
    void aShareIsAtLeastNothingAndLessThanAll(float rate) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ResidualDropout(ReadableOperations.INSTANCE, rate))
                .withMessage("dropout must be in [0, 1), not " + rate);
    }
}
