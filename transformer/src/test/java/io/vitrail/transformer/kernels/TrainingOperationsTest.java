package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.vitrail.transformer.AttentionDropout;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Attention's values and gradients by the kernel are those of the readable operations. */
class TrainingOperationsTest {
    private static final float SCALE = 0.35355339f; // 1 / √8

    private final Engine engine = DjlEngine.get();
    private final NDManager manager = DjlEngine.newManager(Device.cpu());
    private final Operations fast = Kernels.forTraining(Device.cpu(), Precision.FP32);

    @AfterEach
    void free() {
        manager.close();
    }

    static Stream<Arguments> masksAndScales() {
        return Stream.of(
                Arguments.of("none", SCALE),
                Arguments.of("none", 1f),
                Arguments.of("causal", SCALE),
                Arguments.of("padding", SCALE),
                Arguments.of("both", 0.2f));
    }

    @ParameterizedTest
    @MethodSource("masksAndScales")
    void gradientsAreThoseOfTheReadableOperations(String mask, float scale) {
        List<NDArray> trained = List.of(trained(2, 3, 7, 8), trained(2, 3, 7, 8), trained(2, 3, 7, 8));
        List<NDArray> expected = gradients(trained, mask(mask), scale, ReadableOperations.INSTANCE);
        List<NDArray> actual = gradients(trained, mask(mask), scale, fast);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).sub(expected.get(i)).abs().max().getFloat())
                    .as("value, then gradients of q, k, v: %d", i)
                    .isLessThan(2e-5f);
        }
    }

    @ParameterizedTest
    @MethodSource("masksAndScales")
    void leavesOutWhatTheReadableOperationsLeaveOut(String mask, float scale) {
        List<NDArray> trained = List.of(trained(2, 3, 7, 8), trained(2, 3, 7, 8), trained(2, 3, 7, 8));
        engine.setRandomSeed(4);
        List<NDArray> expected = gradients(
                trained,
                mask(mask),
                scale,
                AttentionDropout.of(ReadableOperations.INSTANCE, 0.3f).within());
        engine.setRandomSeed(4);
        List<NDArray> actual = gradients(
                trained, mask(mask), scale, AttentionDropout.of(fast, 0.3f).within());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).sub(expected.get(i)).abs().max().getFloat())
                    .as("value, then gradients of q, k, v: %d", i)
                    .isLessThan(2e-6f * expected.get(i).abs().max().getFloat());
        }
    }

    private AttentionMask mask(String name) {
        AttentionMask padding = new AttentionMask.Padding(
                manager.create(new long[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0}, new Shape(2, 7)));
        return switch (name) {
            case "none" -> AttentionMask.NONE;
            case "causal" -> AttentionMask.CAUSAL;
            case "padding" -> padding;
            default -> AttentionMask.CAUSAL.and(padding);
        };
    }

    private NDArray trained(long... shape) {
        NDArray array = Scope.owned(manager.randomNormal(new Shape(shape)));
        array.setRequiresGradient(true);
        return array;
    }

    private List<NDArray> gradients(List<NDArray> qkv, AttentionMask mask, float scale, Operations by) {
        for (NDArray array : qkv) {
            NDArray gradient = array.getGradient();
            gradient.subi(gradient);
        }
        List<NDArray> copies = new ArrayList<>();
        try (GradientCollector gradients = engine.newGradientCollector()) {
            NDArray mixed = by.attention(qkv.get(0), qkv.get(1), qkv.get(2), mask, scale);
            copies.add(mixed.duplicate());
            gradients.backward(mixed.square().sum());
        }
        qkv.forEach(array -> copies.add(array.getGradient().duplicate()));
        return copies;
    }
}
