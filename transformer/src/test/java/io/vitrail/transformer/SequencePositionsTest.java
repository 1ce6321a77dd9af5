package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.SinusoidalPositions.Layout;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Places in a sequence, learned or computed. */
class SequencePositionsTest {
    private static final Pass PASS = Pass.inference(ReadableOperations.INSTANCE);

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void sinusoidsFollowThePapersFormula() {
        float[] expected = {
            0,
            1,
            0,
            1, // sin 0, cos 0, sin 0, cos 0
            0.841471f,
            0.540302f,
            0.0099998f,
            0.99995f, // sin 1, cos 1, sin 0.01, cos 0.01
            0.909297f,
            -0.416147f,
            0.0199987f,
            0.9998f, // sin 2, cos 2, sin 0.02, cos 0.02
        };
        assertThat(new SinusoidalPositions(4, Layout.INTERLEAVED).table(0, 1, 2))
                .containsExactly(expected, within(1e-6f));
    }

    @Test
    void sinusoidsInHalvesHaveAllSinesFirst() {
        float[] expected = {
            0, 0, 1, 1, 0.841471f, 0.0099998f, 0.540302f, 0.99995f, 0.909297f, 0.0199987f, -0.416147f, 0.9998f,
        };
        assertThat(new SinusoidalPositions(4, Layout.HALVES).table(0, 1, 2)).containsExactly(expected, within(1e-6f));
    }

    /** Expected: TrOCRSinusoidalPositionalEmbedding of transformers 4.57.6. */
    @Test
    void sinusoidsToTheEndReachAFrequencyOfOneInTenThousand() {
        float[] expected = {
            0.841470957f,
            0.009999833f,
            0.0000999999902f,
            0.540302336f,
            0.999949992f,
            1,
            0.141120002f,
            0.029995499f,
            0.000299999956f,
            -0.989992499f,
            0.999550045f,
            0.99999994f,
        };
        assertThat(new SinusoidalPositions(6, Layout.HALVES_TO_THE_END).table(1, 3))
                .containsExactly(expected, within(1e-7f));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SinusoidalPositions(2, Layout.HALVES_TO_THE_END))
                .withMessage("width (2) must be more than one frequency");
    }

    @Test
    void sinusoidsAreAddedAtGivenPlaces() {
        SinusoidalPositions positions = new SinusoidalPositions(4, Layout.HALVES);
        NDArray x = manager.zeros(new Shape(2, 2, 4));
        NDArray places = manager.create(new long[] {5, 0, 600, 7}, new Shape(2, 2));
        assertThat(positions.forward(x, places, PASS).toFloatArray()).containsExactly(positions.table(5, 0, 600, 7));
        NDArray same = manager.create(new long[] {3, 4}, new Shape(1, 2));
        assertThat(positions.forward(x, same, PASS).toFloatArray()).containsExactly(positions.table(3, 4, 3, 4));
    }

    @Test
    void sinusoidsAreAddedToEveryRowOfTheBatch() {
        SinusoidalPositions positions = new SinusoidalPositions(4, Layout.INTERLEAVED);
        NDArray y = positions.forward(manager.full(new Shape(2, 3, 4), 10f), PASS);
        assertThat(y.sub(10).get("0").toFloatArray()).containsExactly(positions.table(0, 1, 2), within(1e-6f));
        assertThat(y.get("1")).isEqualTo(y.get("0"));
    }

    @Test
    void theDistanceOfTwoPlacesTurnsTheirVectorsAlike() {
        float[] table = new SinusoidalPositions(6, Layout.INTERLEAVED)
                .table(LongStream.range(0, 9).toArray());
        assertThat(product(table, 1, 4)).isCloseTo(product(table, 5, 8), within(1e-5));
        assertThat(product(table, 1, 4)).isNotCloseTo(product(table, 1, 5), within(1e-2));
    }

    private static double product(float[] table, int place, int other) {
        double sum = 0;
        for (int i = 0; i < 6; i++) {
            sum += table[6 * place + i] * table[6 * other + i];
        }
        return sum;
    }

    @Test
    void sinusoidsNeedPairs() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SinusoidalPositions(5, Layout.HALVES))
                .withMessage("width (5) must be even: each frequency has a sine and a cosine");
        SinusoidalPositions positions = new SinusoidalPositions(4, Layout.HALVES);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> positions.forward(manager.ones(new Shape(1, 2, 6)), PASS))
                .withMessage("Tokens of width 6 don't fit positions of width 4.");
    }

    @Test
    void learnedVectorsAreAddedPlaceByPlace() {
        LearnedPositions positions =
                Weights.of(new LearnedPositions(3, 2), manager, Map.of("weight", new float[] {1, 2, 3, 4, 5, 6}));
        NDArray x = manager.create(new float[] {10, 10, 10, 10, 20, 20, 20, 20}, new Shape(2, 2, 2));
        assertThat(positions.forward(x, PASS).toFloatArray()).containsExactly(11, 12, 13, 14, 21, 22, 23, 24);
    }

    @Test
    void aSequenceLongerThanTheTableIsRefused() {
        LearnedPositions positions = Weights.random(new LearnedPositions(3, 2), manager);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> positions.forward(manager.ones(new Shape(1, 4, 2)), PASS))
                .withMessage("A sequence of 4 tokens is longer than the 3 positions.");
    }

    @Test
    void learnedVectorsAreAddedAtGivenPlaces() {
        LearnedPositions positions =
                Weights.of(new LearnedPositions(3, 2), manager, Map.of("weight", new float[] {1, 2, 3, 4, 5, 6}));
        NDArray x = manager.zeros(new Shape(2, 2, 2));
        NDArray places = manager.create(new long[] {2, 0, 1, 1}, new Shape(2, 2));
        assertThat(positions.forward(x, places, PASS).toFloatArray()).containsExactly(5, 6, 1, 2, 3, 4, 3, 4);
        NDArray same = manager.create(new long[] {2, 0}, new Shape(1, 2));
        assertThat(positions.forward(x, same, PASS).toFloatArray()).containsExactly(5, 6, 1, 2, 5, 6, 1, 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> positions.forward(x, manager.create(new long[][] {{0, 3}}), PASS))
                .withMessage("Position 3 isn't within the table of 3 positions.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> positions.forward(x, manager.create(new long[][] {{0, -1}}), PASS))
                .withMessage("Position -1 isn't within the table of 3 positions.");
    }
}
