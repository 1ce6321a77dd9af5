package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A number for each distance between two places of a grid. */
class RelativePositionBiasTest {
    private static final Pass PASS = Pass.inference(ReadableOperations.INSTANCE);

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void placesOfEqualDistanceGetTheSameNumber() {
        RelativePositionBias bias = numbered(new RelativePositionBias(0, new Grid(2, 2), 2));
        // 3 × 3 distances, numbered from "2 rows up" … row by row; the one between equal places is number 4
        float[] expected = {
            4, 3, 1, 0,
            5, 4, 2, 1,
            7, 6, 4, 3,
            8, 7, 5, 4,
        };
        NDArray y = bias.forward(manager.zeros(new Shape(1)), PASS.withGrid(new Grid(2, 2)));
        assertThat(y.getShape()).isEqualTo(new Shape(1, 2, 4, 4));
        assertThat(y.get("0, 0").toFloatArray()).containsExactly(expected);
        assertThat(y.get("0, 1").sub(100).toFloatArray()).containsExactly(expected); // the second head's column
    }

    /** Expected: BeitRelativePositionBias of transformers 4.57.6 for a grid of 2 × 3, whose table's numbers are its rows'. */
    @Test
    void aClassTokenHasNumbersOfItsOwn() {
        RelativePositionBias bias = numbered(new RelativePositionBias(1, new Grid(2, 3), 1));
        float[] expected = {
            17, 15, 15, 15, 15, 15, 15,
            16, 7, 6.4f, 6, 2, 1.4f, 1,
            16, 7.6f, 7, 6.4f, 2.6f, 2, 1.4f,
            16, 8, 7.6f, 7, 3, 2.6f, 2,
            16, 12, 11.4f, 11, 7, 6.4f, 6,
            16, 12.6f, 12, 11.4f, 7.6f, 7, 6.4f,
            16, 13, 12.6f, 12, 8, 7.6f, 7,
        };
        NDArray y = bias.forward(manager.zeros(new Shape(1)), PASS.withGrid(new Grid(2, 3)));
        assertThat(y.toFloatArray()).containsExactly(expected, within(1e-5f));
    }

    @Test
    void asAMaskItIsAddedToScores() {
        RelativePositionBias bias = numbered(new RelativePositionBias(0, new Grid(2, 2), 1));
        NDArray scores = manager.full(new Shape(3, 1, 4, 4), 10f);
        NDArray sum = bias.mask(scores, PASS.withGrid(new Grid(2, 2))).apply(scores);
        assertThat(sum.get("2, 0, 1").toFloatArray()).containsExactly(15, 14, 12, 11);
    }

    @Test
    void aPreparedBlockKeepsTheBiasOfItsGridAndComputesOthers() {
        RelativePositionBias bias = Weights.random(new RelativePositionBias(1, new Grid(2, 2), 3), manager);
        NDArray x = manager.zeros(new Shape(1));
        NDArray own = bias.forward(x, PASS.withGrid(new Grid(2, 2)));
        NDArray other = bias.forward(x, PASS.withGrid(new Grid(3, 4)));
        bias.prepareFor(ReadableOperations.INSTANCE);
        assertThat(bias.forward(x, PASS.withGrid(new Grid(2, 2)))).isEqualTo(own);
        assertThat(bias.forward(x, PASS.withGrid(new Grid(3, 4)))).isEqualTo(other);
    }

    @Test
    void theBlocksOfAPassShareTheNumbersOfTheirRows() {
        RelativePositionBias bias = numbered(new RelativePositionBias(1, new Grid(2, 3), 1));
        NDArray x = manager.zeros(new Shape(1));
        Pass alone = PASS.withGrid(new Grid(4, 3));
        Pass together = RelativePositionBias.sharing(1, alone, manager);
        assertThat(together.geometry().distances()).isPresent();
        assertThat(bias.forward(x, together)).isEqualTo(bias.forward(x, alone));
        Pass others = alone.withDistances(manager.zeros(new Shape(13 * 13), DataType.INT64));
        assertThat(bias.forward(x, others).toFloatArray()).containsOnly(0); // the first row's number everywhere
        assertThat(together.withGrid(new Grid(2, 3)).geometry().distances()).isEmpty();
    }

    @Test
    void gridsOfTooManyPlacesAreRefused() {
        RelativePositionBias bias = Weights.random(new RelativePositionBias(1, new Grid(2, 2), 3), manager);
        Pass large = PASS.withGrid(new Grid(80, 103));
        String message = "80 × 103 places are too many for a bias between each two of them: 67914081 numbers a head,"
                + " of at most 67108864.\n  try:  a smaller picture.";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bias.forward(manager.zeros(new Shape(1)), large))
                .withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RelativePositionBias.sharing(1, large, manager))
                .withMessage(message);
    }

    /** The product of all three sizes would be beyond 64 bits. */
    @Test
    void whatIsTooLargeToKeepIsNotComputedWhenPrepared() {
        RelativePositionBias bias = new RelativePositionBias(0, new Grid(1, 1 << 29), 1 << 20);
        bias.prepareFor(ReadableOperations.INSTANCE);
        assertThat(bias.parameters().get("table").isInitialized()).isFalse();
    }

    @Test
    void aPassLeavesNothingWithTheTable() {
        RelativePositionBias bias = Weights.random(new RelativePositionBias(1, new Grid(2, 2), 3), manager);
        bias.prepareFor(ReadableOperations.INSTANCE);
        int before = manager.getManagedArrays().size();
        try (NDManager scope = manager.newSubManager()) {
            bias.forward(scope.zeros(new Shape(1)), PASS.withGrid(new Grid(2, 2)));
            bias.forward(scope.zeros(new Shape(1)), PASS.withGrid(new Grid(3, 4)));
        }
        assertThat(manager.getManagedArrays()).hasSize(before);
    }

    @Test
    void thereIsAtMostOneClassToken() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RelativePositionBias(2, new Grid(2, 2), 1))
                .withMessage("There can be no or one class token, not 2.");
    }

    /** Row i of the table holds i, for the second head 100 + i. */
    private RelativePositionBias numbered(RelativePositionBias bias) {
        Weights.initial(bias, manager);
        Shape shape = Weights.array(bias, "table").getShape();
        float[] values = new float[(int) shape.size()];
        int heads = (int) shape.get(1);
        for (int i = 0; i < values.length; i++) {
            values[i] = i / heads + 100f * (i % heads);
        }
        return Weights.of(bias, manager, Map.of("table", values));
    }
}
