package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.DistanceAttention.Askers;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Scores tell distances. With one head of width 2 and plain projections, x is its own queries, keys and values. */
class DistanceAttentionTest {
    private static final int LENGTH = 4;
    private static final float[] IDENTITY = {1, 0, 0, 1};
    private static final float[] X = {0.3f, -1, 2, 0.5f, -0.7f, 1.1f};
    private static final float[] DISTANCES = {1, 2, -1, 0.5f, 0.25f, 3, -2, 1, 0.1f, -0.4f, 2, 2, -1, -1};

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    private DistanceAttention attention(Askers askers) {
        Map<String, float[]> weights = new HashMap<>();
        for (String name : new String[] {"projections.query", "projections.key", "projections.value", "output"}) {
            weights.put(name + ".weight", IDENTITY);
        }
        weights.put("distances.weight", DISTANCES);
        return Weights.of(new DistanceAttention(AttentionConfig.of(2, 1), LENGTH, askers), manager, weights);
    }

    /** By the definition, a number at a time. */
    private static double[] expectedWeights(int query, int tokens, Askers askers) {
        double[] weights = new double[tokens];
        double sum = 0;
        for (int key = 0; key < tokens; key++) {
            double score = dot(X, query, X, key) + dot(X, query, DISTANCES, query - key + LENGTH - 1);
            score += askers == Askers.QUERIES ? 0 : dot(X, key, DISTANCES, query - key + LENGTH - 1);
            weights[key] = Math.exp(score / Math.sqrt(2));
            sum += weights[key];
        }
        for (int key = 0; key < tokens; key++) {
            weights[key] /= sum;
        }
        return weights;
    }

    private static double dot(float[] a, int i, float[] b, int j) {
        return a[2 * i] * b[2 * j] + a[2 * i + 1] * b[2 * j + 1];
    }

    @ParameterizedTest
    @EnumSource
    void distancesAreAskedForByThoseWhoMay(Askers askers) {
        Trace trace = Trace.of(manager, EnumSet.of(Trace.Stage.ATTENTIONS));
        NDArray x = manager.create(X, new Shape(1, 3, 2));
        Pass pass = Pass.inference(ReadableOperations.INSTANCE).withTrace(trace);
        NDArray y = attention(askers).forward(x, pass);
        assertThat(y.getShape()).isEqualTo(new Shape(1, 3, 2));
        float[] weights = trace.recorded().get("attentions.0").toFloatArray();
        for (int query = 0; query < 3; query++) {
            double[] expected = expectedWeights(query, 3, askers);
            for (int key = 0; key < 3; key++) {
                assertThat((double) weights[3 * query + key]).isCloseTo(expected[key], within(1e-5));
            }
        }
    }

    @Test
    void distancesBeyondTheTableAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> attention(Askers.QUERIES)
                        .forward(manager.ones(new Shape(1, 5, 2)), Pass.inference(ReadableOperations.INSTANCE)))
                .withMessage("A sequence of 5 tokens is longer than the 4 positions.");
    }
}
