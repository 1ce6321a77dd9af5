package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers that are computed again have the gradients of layers that were kept, and leave nothing behind. */
class RecomputedLayersTest {
    private final NDManager manager = DjlEngine.newManager(Device.cpu());
    private final Linear before = new Linear(16, 16);
    private final Encoder encoder = new Encoder(3, i -> layer());
    private final Operations plain = Kernels.forTraining(Device.cpu(), Precision.FP32);
    private final RecomputedLayers again = new RecomputedLayers(plain);
    private final NDArray x;

    RecomputedLayersTest() {
        manager.getEngine().setRandomSeed(3);
        x = Scope.owned(manager.randomNormal(new Shape(2, 5, 16)));
        for (TensorBlock block : new TensorBlock[] {before, encoder}) {
            block.initialize(manager, DataType.FLOAT32, x.getShape());
        }
        parameters().values().forEach(parameter -> parameter.getArray().setRequiresGradient(true));
    }

    @AfterEach
    void free() {
        again.close();
        manager.close();
    }

    @ParameterizedTest
    @ValueSource(floats = {0, 0.3f})
    void gradientsAreTheSameWithDropoutToo(float dropout) {
        Map<String, float[]> first = recomputed(dropout);
        Map<String, float[]> second = recomputed(dropout);
        first.forEach((name, gradient) -> assertThat(second.get(name)).as(name).isEqualTo(gradient));
        if (dropout == 0) {
            kept().forEach((name, gradient) ->
                    assertThat(first.get(name)).as(name).containsExactly(gradient, within(1e-5f)));
        }
    }

    @Test
    void layersBelowWhichNothingLearnsAreComputedAgainToo() {
        before.parameters().values().forEach(parameter -> parameter.getArray().setRequiresGradient(false));
        Map<String, float[]> expected = kept();
        recomputed(0)
                .forEach((name, gradient) ->
                        assertThat(gradient).as(name).containsExactly(expected.get(name), within(1e-5f)));
    }

    @Test
    void attentionLeavesOutTheSameWhenItIsComputedAgain() {
        Mixed mixed = new Mixed(again);
        again.begin(11);
        gradients(AttentionDropout.of(mixed, 0.3f), again::backward);
        assertThat(mixed.found).hasSize(6);
        for (int i = 0; i < 3; i++) {
            assertThat(mixed.found.get(5 - i)).isEqualTo(mixed.found.get(i));
            assertThat(mixed.found.get((i + 1) % 3)).isNotEqualTo(mixed.found.get(i));
        }
    }

    /** Keeps what attention gives. */
    private static final class Mixed extends ForwardingOperations {
        private final List<float[]> found = new ArrayList<>();

        Mixed(Operations operations) {
            super(operations);
        }

        @Override
        public Attending attending(float dropout) {
            Attending dropping = super.attending(dropout);
            return (q, k, v, mask, scale) -> {
                NDArray y = dropping.attention(q, k, v, mask, scale);
                found.add(y.toFloatArray());
                return y;
            };
        }

        @Override
        public Operations within() {
            return this;
        }
    }

    private static PreNormBlock layer() {
        return new PreNormBlock(
                new TokenNorm(16, 1e-5f),
                new SelfAttention(AttentionConfig.of(16, 2)),
                new TokenNorm(16, 1e-5f),
                new Mlp(16, 32, Activation.GELU));
    }

    private Map<String, float[]> kept() {
        return gradients(plain, (gradients, loss) -> gradients.backward(loss));
    }

    private Map<String, float[]> recomputed(float dropout) {
        again.begin(11);
        return gradients(dropout > 0 ? new ResidualDropout(again, dropout) : again, again::backward);
    }

    /** Computes a loss's gradients. */
    private interface Backward {
        void of(GradientCollector gradients, NDArray loss);
    }

    private Map<String, float[]> gradients(Operations operations, Backward backward) {
        Map<String, float[]> found = new HashMap<>();
        try (NDManager scope = manager.newSubManager();
                GradientCollector gradients = manager.getEngine().newGradientCollector()) {
            manager.getEngine().setRandomSeed(5);
            gradients.zeroGradients();
            Pass pass = Pass.driven(operations, new ParameterStore(scope, false), true);
            NDArray y = encoder.forward(before.forward(Scope.lend(x, scope), pass), pass);
            backward.of(gradients, y.square().sum());
            parameters().forEach((name, parameter) -> {
                if (parameter.getArray().hasGradient()) {
                    found.put(name, parameter.getArray().getGradient().toFloatArray());
                }
            });
        }
        return found;
    }

    private Map<String, Parameter> parameters() {
        Map<String, Parameter> all = new HashMap<>();
        before.getParameters().forEach(pair -> all.put("before " + pair.getKey(), pair.getValue()));
        encoder.getParameters().forEach(pair -> all.put(pair.getKey(), pair.getValue()));
        return all;
    }
}
