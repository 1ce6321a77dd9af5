package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Scores by distance, over memory and segment. With one head of width 2 and plain projections, x is its own queries
 * and keys.
 */
class RelativeAttentionTest {
    private static final float[] IDENTITY = {1, 0, 0, 1};
    private static final float[] U = {0.4f, -0.3f};
    private static final float[] V = {-0.2f, 0.6f};
    private static final float[][] TOKENS = {{0.3f, -1}, {2, 0.5f}, {-0.7f, 1.1f}, {0.2f, 0.9f}, {-1.3f, 0.4f}};

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    private RelativeAttention attention() {
        Map<String, float[]> weights = new HashMap<>();
        for (String name : new String[] {"projections.query", "projections.key", "projections.value", "output"}) {
            weights.put(name + ".weight", IDENTITY);
        }
        weights.put("distances.weight", IDENTITY);
        weights.put("biases.ofKeys", U);
        weights.put("biases.ofDistances", V);
        AttentionConfig config = AttentionConfig.of(2, 1);
        return Weights.of(new RelativeAttention(config, new RelativeAttention.Biases(1, 2)), manager, weights);
    }

    private NDArray tokens(int from, int to) {
        float[] values = new float[2 * (to - from)];
        for (int i = from; i < to; i++) {
            System.arraycopy(TOKENS[i], 0, values, 2 * (i - from), 2);
        }
        return manager.create(values, new Shape(1, to - from, 2));
    }

    /** By the definition, a number at a time: the weights of a query's own and all earlier tokens. */
    private static double[] expected(int query, int farthest) {
        double[] weights = new double[TOKENS.length];
        double sum = 0;
        for (int key = 0; key <= query; key++) {
            double distance = farthest > 0 ? Math.min(query - key, farthest) : query - key;
            double[] r = {Math.sin(distance), Math.cos(distance)};
            double score = 0;
            for (int i = 0; i < 2; i++) {
                score += (TOKENS[query][i] + U[i]) * TOKENS[key][i] + (TOKENS[query][i] + V[i]) * r[i];
            }
            weights[key] = Math.exp(score / Math.sqrt(2));
            sum += weights[key];
        }
        for (int key = 0; key <= query; key++) {
            weights[key] /= sum;
        }
        return weights;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void distancesCountFromEachQueryThroughTheMemory(int farthest) {
        int keys = TOKENS.length;
        for (int remembered = 0; remembered < keys; remembered++) {
            Trace trace = Trace.of(manager, EnumSet.of(Trace.Stage.ATTENTIONS));
            Pass pass =
                    Pass.inference(ReadableOperations.INSTANCE).withTrace(trace).withMask(AttentionMask.CAUSAL);
            if (remembered > 0) {
                pass = pass.withMemory(new SegmentMemory(List.of(tokens(0, remembered)), keys, manager));
            }
            Pass sharing = new RelativePositions(2, farthest).sharing(keys, pass, manager);
            NDArray y = attention().forward(tokens(remembered, keys), sharing);
            assertThat(y.getShape()).isEqualTo(new Shape(1, keys - remembered, 2));
            float[] weights = trace.recorded().get("attentions.0").toFloatArray();
            for (int i = 0; i < weights.length; i++) {
                double wanted = expected(remembered + i / keys, farthest)[i % keys];
                assertThat((double) weights[i]).isCloseTo(wanted, within(1e-5));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("masks")
    void theKernelsGiveTheSameOverLongSegments(AttentionMask mask) {
        AttentionConfig config = AttentionConfig.of(6, 3);
        RelativeAttention.Biases biases = new RelativeAttention.Biases(3, 2);
        RelativeAttention attention = Weights.random(new RelativeAttention(config, biases), manager);
        NDArray segment = Weights.wave(manager, 2, 700, 6);
        SegmentMemory memory = new SegmentMemory(List.of(Weights.wave(manager, 2, 90, 6)), 90, manager);
        Pass pass = new RelativePositions(6, 300)
                .sharing(790, Pass.inference(ReadableOperations.INSTANCE), manager)
                .withMask(mask)
                .withMemory(memory);
        float[] readable = attention.forward(segment, pass).toFloatArray();
        Operations kernels = Kernels.choose(Device.cpu(), Precision.FP32);
        attention.prepareFor(kernels);
        float[] fast = attention.forward(segment, pass.withOperations(kernels)).toFloatArray();
        assertThat(fast).containsExactly(readable, within(1e-4f));
    }

    static List<AttentionMask> masks() {
        return List.of(AttentionMask.CAUSAL, new AttentionMask.Window(90));
    }

    @Test
    void whatIsLearnedOfDistancesSumsUpAsTheScores() {
        NDArray x = tokens(0, 3);
        Pass pass = Pass.inference(ReadableOperations.INSTANCE).withMask(AttentionMask.CAUSAL);
        Pass sharing = new RelativePositions(2, 0).sharing(3, pass, manager);
        float[] y = attention().forward(x, sharing).toFloatArray();
        double[] weights = expected(2, 0);
        double first = weights[0] * 0.3 + weights[1] * 2 + weights[2] * -0.7;
        assertThat((double) y[4]).isCloseTo(first, within(1e-5));
    }
}
