package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.vitrail.transformer.AttentionRecorder.Recorded;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The weights of every attention, and a score's gradient by them. */
class AttentionRecorderTest {
    private static final float SCALE = 0.5f;

    private final NDManager manager = DjlEngine.newManager(Device.cpu());
    private NDArray q;
    private NDArray k;
    private NDArray v;

    @BeforeEach
    void draw() {
        DjlEngine.get().setRandomSeed(3);
        q = manager.randomNormal(new Shape(2, 3, 4, 5)); // [batch, heads, queries, headWidth]
        k = manager.randomNormal(new Shape(2, 3, 6, 5));
        v = manager.randomNormal(new Shape(2, 3, 6, 5));
    }

    @AfterEach
    void free() {
        manager.close();
    }

    private NDArray attend(Operations operations) {
        return operations.within().attention(q, k, v, AttentionMask.NONE, SCALE);
    }

    @Test
    void changesNoResult() {
        float[] expected = attend(ReadableOperations.INSTANCE).toFloatArray();
        Operations fast = Kernels.choose(Device.cpu(), Precision.FP32);
        assertThat(attend(AttentionRecorder.of(ReadableOperations.INSTANCE)).toFloatArray())
                .isEqualTo(expected);
        assertThat(attend(AttentionRecorder.of(fast)).toFloatArray()).containsExactly(expected, within(1e-5f));
        assertThat(attend(AttentionRecorder.differentiable(ReadableOperations.INSTANCE, manager))
                        .toFloatArray())
                .isEqualTo(expected);
    }

    @Test
    void keepsTheWeightsInTheOrderOfTheCalls() {
        AttentionRecorder recorder = AttentionRecorder.of(ReadableOperations.INSTANCE);
        attend(recorder);
        recorder.attention(q, k, v, AttentionMask.NONE, 0); // every key alike
        List<Recorded> recorded = recorder.recorded();
        assertThat(recorded).hasSize(2);
        assertThat(recorded.get(0).shape()).isEqualTo(new Shape(2, 3, 4, 6));
        assertThat(recorded.get(0).weights())
                .isEqualTo(ReadableOperations.attentionWeights(q, k, AttentionMask.NONE, SCALE)
                        .toFloatArray());
        assertThat(recorded.get(0).offsets()).isEmpty();
        assertThat(recorded.get(1).weights()).containsOnly(1 / 6f);
    }

    /** The score is Σ A V, so that its gradient by a weight is the sum over that key's value. */
    @Test
    void tellsAScoresGradientByTheWeights() {
        AttentionRecorder recorder = AttentionRecorder.differentiable(ReadableOperations.INSTANCE, manager);
        try (GradientCollector gradients = DjlEngine.get().newGradientCollector()) {
            gradients.backward(attend(recorder).sum());
        }
        float[] gradient = recorder.recorded().get(0).gradient();
        float[] values = v.sum(new int[] {3}).toFloatArray(); // [batch, heads, keys]
        assertThat(gradient).hasSize(2 * 3 * 4 * 6);
        for (int i = 0; i < gradient.length; i++) {
            int head = i / 24;
            assertThat(gradient[i]).isCloseTo(values[6 * head + i % 6], within(1e-5f));
        }
    }
}
