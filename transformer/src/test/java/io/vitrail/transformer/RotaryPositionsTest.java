package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rotary positions of sequences. The golden cases of Llama compare every scaling with the reference. */
class RotaryPositionsTest {
    private static final Operations OPERATIONS = ReadableOperations.INSTANCE;

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    private static RotaryPositions positions(RotaryScaling scaling) {
        return new RotaryPositions(4, 100, scaling); // pairs turn by 1 and 0.1 for each place
    }

    private NDArray turned(NDArray x, RotaryScaling scaling, long... places) {
        Shape shape =
                new Shape(places.length / x.getShape().get(2), x.getShape().get(2));
        return positions(scaling).at(manager.create(places, shape)).apply(x, OPERATIONS);
    }

    @Test
    void membersOfAPairAreHalfAHeadApart() {
        NDArray x = manager.create(new float[] {1, 0, 0, 2}, new Shape(1, 1, 1, 4));
        float[] expected = {
            (float) Math.cos(3), 2 * (float) -Math.sin(0.3), (float) Math.sin(3), 2 * (float) Math.cos(0.3)
        };
        assertThat(turned(x, RotaryScaling.NONE, 3).toFloatArray()).containsExactly(expected, within(1e-6f));
    }

    @Test
    void scoresTellDistancesAlone() {
        NDArray q = Weights.wave(manager, 2, 3, 5, 4);
        NDArray k = Weights.wave(manager, 2, 3, 5, 4).mul(2);
        NDArray near =
                scores(turned(q, RotaryScaling.NONE, 0, 1, 2, 3, 4), turned(k, RotaryScaling.NONE, 0, 1, 2, 3, 4));
        NDArray far = scores(
                turned(q, RotaryScaling.NONE, 90, 91, 92, 93, 94), turned(k, RotaryScaling.NONE, 90, 91, 92, 93, 94));
        assertThat(far.toFloatArray()).containsExactly(near.toFloatArray(), within(1e-4f));
        assertThat(near.sub(scores(q, k)).abs().max().getFloat()).isGreaterThan(0.1f);
    }

    private static NDArray scores(NDArray q, NDArray k) {
        return q.matMul(k.swapAxes(2, 3));
    }

    @Test
    void rowsMayStandAtPlacesOfTheirOwn() {
        NDArray x = Weights.wave(manager, 2, 3, 2, 4);
        NDArray y = turned(x, RotaryScaling.NONE, 5, 6, 8, 2);
        assertThat(y.get("0:1")).isEqualTo(turned(x.get("0:1"), RotaryScaling.NONE, 5, 6));
        assertThat(y.get("1:2")).isEqualTo(turned(x.get("1:2"), RotaryScaling.NONE, 8, 2));
    }

    /** Few places are computed in Java, many by the engine. */
    @Test
    void fewPlacesTurnAsAmongMany() {
        long[] places = {0, 1, 7, 100, 4095, 70_000};
        List<RotaryScaling> scalings = List.of(
                RotaryScaling.NONE,
                new RotaryScaling.Dynamic(2, 8),
                new RotaryScaling.LongRope(List.of(1.0, 2.0), List.of(4.0, 8.0), 1.5f, 8));
        for (RotaryScaling scaling : scalings) {
            Rotation.Angles many = angles(scaling, Optional.of(new long[] {70_001}), places);
            for (int i = 0; i < places.length; i++) {
                Rotation.Angles one = angles(scaling, Optional.of(new long[] {70_001}), places[i]);
                assertThat(one.cos().toFloatArray()).containsExactly(at(many.cos(), i), within(1e-6f));
                assertThat(one.sin().toFloatArray()).containsExactly(at(many.sin(), i), within(1e-6f));
            }
        }
    }

    private Rotation.Angles angles(RotaryScaling scaling, Optional<long[]> lengths, long... places) {
        NDArray row = manager.create(places, new Shape(1, places.length));
        return (Rotation.Angles) positions(scaling).at(row, lengths);
    }

    private static float[] at(NDArray angles, int token) {
        return angles.get(":, :, {}", token).toFloatArray();
    }

    @Test
    void rowsOfFewPlacesHaveTheirOwnLengths() {
        RotaryScaling dynamic = new RotaryScaling.Dynamic(2, 8);
        NDArray places = manager.create(new long[] {3, 20}, new Shape(2, 1));
        Rotation.Angles both = (Rotation.Angles) positions(dynamic).at(places, Optional.of(new long[] {4, 21}));
        assertThat(both.cos().getShape()).isEqualTo(new Shape(2, 1, 1, 4));
        for (int row = 0; row < 2; row++) {
            long place = places.getLong(row, 0);
            Rotation.Angles one = angles(dynamic, Optional.of(new long[] {place + 1}), place);
            assertThat(both.sin().get(row).toFloatArray())
                    .containsExactly(one.sin().toFloatArray());
        }
        Rotation.Angles untold = angles(dynamic, Optional.empty(), 20);
        assertThat(untold.cos().toFloatArray())
                .containsExactly(both.cos().get(1).toFloatArray());
    }

    /** Rows of as many places as the engine computes, each as alone. */
    @Test
    void rowsOfManyPlacesHaveTheirOwnLengths() {
        RotaryScaling dynamic = new RotaryScaling.Dynamic(2, 8);
        long[][] rows = {{0, 1, 2}, {40, 41, 42}};
        long[] lengths = {3, 43};
        Rotation.Angles both = (Rotation.Angles) positions(dynamic).at(manager.create(rows), Optional.of(lengths));
        for (int row = 0; row < 2; row++) {
            Rotation.Angles one = angles(dynamic, Optional.of(new long[] {lengths[row]}), rows[row]);
            assertThat(both.cos().get(row).toFloatArray())
                    .containsExactly(one.cos().toFloatArray(), within(1e-6f));
        }
    }

    /** The same places of rows whose lengths differ. */
    @Test
    void placesOfAllRowsTurnByEachRowsLength() {
        RotaryScaling dynamic = new RotaryScaling.Dynamic(2, 8);
        Rotation.Angles both = angles(dynamic, Optional.of(new long[] {8, 20}), 3, 4);
        assertThat(both.cos().getShape()).isEqualTo(new Shape(2, 1, 2, 4));
        for (int row = 0; row < 2; row++) {
            long length = row == 0 ? 8 : 20;
            Rotation.Angles one = angles(dynamic, Optional.of(new long[] {length}), 3, 4);
            assertThat(both.sin().get(row).toFloatArray())
                    .containsExactly(one.sin().toFloatArray(), within(1e-6f));
        }
    }

    @Test
    void placesAreWholeNumbers() {
        NDArray places = manager.ones(new Shape(1, 2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> positions(RotaryScaling.NONE).at(places))
                .withMessage("Places must be int64, not float32.");
    }

    @Test
    void dividedPlacesTurnLess() {
        NDArray x = Weights.wave(manager, 1, 3, 2, 4);
        assertThat(turned(x, new RotaryScaling.Linear(2), 4, 8)).isEqualTo(turned(x, RotaryScaling.NONE, 2, 4));
    }

    @Test
    void whatDependsOnTheLengthStaysUntilTheTextIsLonger() {
        RotaryScaling dynamic = new RotaryScaling.Dynamic(2, 8);
        assertThat(dynamic.frequencies(4, 100, 8)).containsExactly(RotaryScaling.NONE.frequencies(4, 100, 0));
        assertThat(dynamic.frequencies(4, 100, 12)[1])
                .isEqualTo(1 / Math.sqrt(100 * 4), within(1e-12)); // (2 · 12/8 − 1)²
        RotaryScaling longRope = new RotaryScaling.LongRope(List.of(1.0, 2.0), List.of(4.0, 8.0), 1.5f, 8);
        assertThat(longRope.frequencies(4, 100, 8)).containsExactly(new double[] {1, 0.05}, within(1e-12));
        assertThat(longRope.frequencies(4, 100, 9)).containsExactly(new double[] {0.25, 0.0125}, within(1e-12));
        NDArray x = manager.create(new float[] {1, 0, 0, 0}, new Shape(1, 1, 1, 4));
        assertThat(turned(x, longRope, 8).getFloat(0, 0, 0, 0)).isEqualTo(1.5f * (float) Math.cos(2), within(1e-6f));
    }

    @Test
    void numbersThatCannotBeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RotaryPositions(5, 100, RotaryScaling.NONE))
                .withMessage("Rotary positions turn pairs: heads 5 wide don't fit.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RotaryPositions(4, 0, RotaryScaling.NONE))
                .withMessage("The base of rotary frequencies must be positive, not 0.0.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RotaryScaling.Linear(0))
                .withMessage("The factor of longer rotary positions must be positive, not 0.0.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RotaryScaling.Llama3(8, 4, 4, 10))
                .withMessage("Llama 3's factors of frequencies must be positive and rising, not 4.0 and 4.0.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RotaryPositions(2, 100, new RotaryScaling.Dynamic(2, 8)))
                .withMessage("Dynamic rotary positions need heads wider than 2.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> positions(new RotaryScaling.LongRope(List.of(1.0), List.of(1.0, 2.0), 1, 8)))
                .withMessage("LongRoPE needs 2 factors for heads 4 wide, not 1 short and 2 long ones.");
    }
}
