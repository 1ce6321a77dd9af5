package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One vector per place of a grid, for other grids interpolated. */
class GridPositionsTest {
    private static final Pass PASS = Pass.inference(ReadableOperations.INSTANCE);

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void itsOwnGridGetsTheTableAsItIs() {
        GridPositions positions = ramp(1);
        NDArray y = positions.forward(manager.zeros(new Shape(2, 7, 1)), PASS.withGrid(new Grid(2, 3)));
        assertThat(y.get("0").toFloatArray()).containsExactly(-5, 0, 1, 2, 10, 11, 12);
        assertThat(y.get("1")).isEqualTo(y.get("0"));
    }

    @Test
    void anotherGridGetsRowsAndColumnsBetween() {
        Pass wider = PASS.withGrid(new Grid(2, 5)); // 0, 0.5, 1, 1.5, 2 in each row
        NDArray y = ramp(1).forward(manager.zeros(new Shape(1, 11, 1)), wider);
        float[] expected = {-5, 0, 0.5f, 1, 1.5f, 2, 10, 10.5f, 11, 11.5f, 12};
        assertThat(y.toFloatArray()).containsExactly(expected, within(1e-5f));
        Pass taller = PASS.withGrid(new Grid(3, 3)); // a row of 5, 6, 7 between
        NDArray z = ramp(0).forward(manager.zeros(new Shape(1, 9, 1)), taller);
        assertThat(z.toFloatArray()).containsExactly(new float[] {0, 1, 2, 5, 6, 7, 10, 11, 12}, within(1e-5f));
    }

    @Test
    void aGridTurnedRoundIsAnotherGrid() {
        NDArray y = ramp(0).forward(manager.zeros(new Shape(1, 6, 1)), PASS.withGrid(new Grid(3, 2)));
        assertThat(y.toFloatArray()).containsExactly(new float[] {0, 2, 5, 7, 10, 12}, within(1e-5f));
    }

    @Test
    void aPassLeavesNothingWithTheTable() {
        GridPositions positions = ramp(1);
        int before = manager.getManagedArrays().size();
        try (NDManager scope = manager.newSubManager()) {
            NDArray x = scope.zeros(new Shape(1, 11, 1));
            assertThat(positions.forward(x, PASS.withGrid(new Grid(2, 5))).getManager())
                    .isSameAs(scope);
            positions.forward(scope.zeros(new Shape(1, 7, 1)), PASS.withGrid(new Grid(2, 3)));
        }
        assertThat(manager.getManagedArrays()).hasSize(before);
    }

    /** A table whose numbers are 10 · row + column, before it −5. */
    private GridPositions ramp(int prefix) {
        GridPositions positions = new GridPositions(prefix, new Grid(2, 3), 1, Interpolation.BILINEAR_CORNERS);
        float[] table = prefix == 1 ? new float[] {-5, 0, 1, 2, 10, 11, 12} : new float[] {0, 1, 2, 10, 11, 12};
        return Weights.of(positions, manager, Map.of("table", table));
    }
}
