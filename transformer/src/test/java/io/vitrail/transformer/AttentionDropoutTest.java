package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.weights.ConfigJson;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A share of attention's weights is left out behind the softmax, in training only. */
class AttentionDropoutTest {
    private static final float RATE = 0.25f;
    private static final float SCALE = 0.4f;

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    /** Whose attention leaves weights out. */
    enum Face {
        READABLE,
        KERNEL,
        BFLOAT16_PRODUCTS;

        private Operations operations() {
            return switch (this) {
                case READABLE -> ReadableOperations.INSTANCE;
                case KERNEL -> Kernels.forTraining(Device.cpu(), Precision.FP32);
                case BFLOAT16_PRODUCTS -> Kernels.forTraining(Device.cpu(), Precision.BF16);
            };
        }

        private Operations dropping() {
            return AttentionDropout.of(operations(), RATE).within();
        }
    }

    @AfterEach
    void free() {
        manager.close();
    }

    private NDArray random(int seed, long... shape) {
        manager.getEngine().setRandomSeed(seed);
        return Scope.owned(manager.randomNormal(new Shape(shape)));
    }

    /** With unit vectors as values, attention gives its weights. */
    private NDArray weights(Operations operations, int seed) {
        NDArray q = random(1, 2, 3, 50, 8);
        NDArray k = random(2, 2, 3, 40, 8);
        NDArray units = manager.eye(40).broadcast(2, 3, 40, 40);
        manager.getEngine().setRandomSeed(seed);
        return operations.attention(q, k, units, AttentionMask.NONE, SCALE);
    }

    @ParameterizedTest
    @EnumSource
    void aWeightIsLeftOutOrMakesUpForOthersSoThatTheirMeanStays(Face face) {
        float[] all = weights(face.operations(), 3).toFloatArray();
        float[] some = weights(face.dropping(), 3).toFloatArray();
        int dropped = 0;
        for (int i = 0; i < all.length; i++) {
            dropped += some[i] == 0 ? 1 : 0;
            assertThat(some[i]).isCloseTo(some[i] == 0 ? 0 : all[i] / (1 - RATE), within(1e-6f));
        }
        assertThat((double) dropped / all.length).isCloseTo(RATE, within(0.02));
        NDArray sums = weights(face.dropping(), 3).sum(new int[] {-1});
        assertThat(sums.mean().getFloat()).isCloseTo(1, within(0.02f));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsLeftOutFollowsFromTheSeed(Face face) {
        float[] first = weights(face.dropping(), 3).toFloatArray();
        assertThat(weights(face.dropping(), 3).toFloatArray()).isEqualTo(first);
        assertThat(weights(face.dropping().within(), 3).toFloatArray()).isEqualTo(first);
        assertThat(weights(face.dropping(), 4).toFloatArray()).isNotEqualTo(first);
    }

    @ParameterizedTest
    @EnumSource
    void gradientsAreTheSlopes(Face face) {
        NDArray q = random(5, 1, 2, 4, 3);
        NDArray direction = random(6, 1, 2, 4, 3);
        q.setRequiresGradient(true);
        double slope;
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            collector.backward(loss(q, face));
            slope = q.getGradient().mul(direction).sum().getFloat();
        }
        NDArray little = direction.mul(1e-2f);
        double change = loss(q.stopGradient().add(little), face).getFloat()
                - loss(q.stopGradient().sub(little), face).getFloat();
        assertThat(slope).isCloseTo(change / 2e-2, within(2e-3 * Math.max(1, Math.abs(slope))));
        assertThat(Math.abs(slope)).isGreaterThan(0.1);
    }

    private NDArray loss(NDArray q, Face face) {
        NDArray k = random(7, 1, 2, 6, 3);
        NDArray v = random(8, 1, 2, 6, 3);
        manager.getEngine().setRandomSeed(9);
        return face.dropping()
                .attention(q, k, v, AttentionMask.NONE, 1)
                .mul(v.get(":, :, :4"))
                .sum();
    }

    @Test
    void onlyTrainingLeavesWeightsOut() {
        EncoderConfig config = new EncoderConfig(12, 2, 3, 20, 1e-6f, Activation.GELU, Bias.PRESENT);
        Encoder encoder = Weights.random(config.postNormEncoder(), manager);
        float[] plain = run(encoder, 1, true);
        encoder.trainWith(AttentionDropout.of(Face.KERNEL.operations(), RATE));
        assertThat(run(encoder, 1, false)).containsExactly(plain);
        assertThat(run(encoder, 1, true)).isNotEqualTo(plain).containsExactly(run(encoder, 1, true));
        assertThat(run(encoder, 2, true)).isNotEqualTo(run(encoder, 1, true));
    }

    private float[] run(Encoder encoder, int seed, boolean training) {
        manager.getEngine().setRandomSeed(seed);
        NDList x = new NDList(Weights.wave(manager, 2, 5, 12));
        return encoder.forward(new ParameterStore(manager, false), x, training)
                .singletonOrThrow()
                .toFloatArray();
    }

    @ParameterizedTest
    @ValueSource(floats = {-0.1f, 1, Float.NaN})
    void aShareIsAtLeastNothingAndLessThanAll(float rate) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AttentionDropout.of(ReadableOperations.INSTANCE, rate))
                .withMessage("attention's dropout must be in [0, 1), not " + rate);
        assertThat(AttentionDropout.of(ReadableOperations.INSTANCE, 0)).isSameAs(ReadableOperations.INSTANCE);
    }

    @ParameterizedTest
    @CsvSource({"attention_probs_dropout_prob", "attention_dropout", "attn_pdrop", "dropatt"})
    void configsNameTheShareInTheirWays(String key) {
        ConfigJson config = new ConfigJson(JsonNodeFactory.instance.objectNode().put(key, 0.3));
        assertThat(AttentionDropout.rate(config)).isEqualTo(0.3f);
    }

    @ParameterizedTest
    @CsvSource({"bert, 0.1", "gpt2, 0.1", "git, 0.1", "opt, 0", "vit, 0"})
    void theReferencesShareIsThatOfSilentConfigs(String type, float share) {
        ConfigJson silent = new ConfigJson(JsonNodeFactory.instance.objectNode().put("model_type", type));
        assertThat(AttentionDropout.rate(silent)).isEqualTo(share);
    }

    @Test
    void aHeadThatPoolsTokensAsksAll() {
        Operations outside = AttentionDropout.of(ReadableOperations.INSTANCE, RATE);
        assertThat(weights(outside, 3).toFloatArray())
                .isEqualTo(weights(ReadableOperations.INSTANCE, 3).toFloatArray());
    }
}
