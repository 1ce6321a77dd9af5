package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rotary positions of DINOv3. */
class RotaryGridTest {
    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    /** Expected: DINOv3ViTRopePositionEmbedding and apply_rotary_pos_emb of transformers 4.57.6. */
    @Test
    void equalsTheReference() {
        NDArray x = manager.arange(1f, 57f).div(10).reshape(1, 1, 7, 8); // one token before a grid of 2 × 3
        Rotation rotation = new RotaryGrid(8, 100).over(new Grid(2, 3), 1, manager);
        float[] expected = {
            0.1000f, 0.2000f, 0.3000f, 0.4000f, 0.5000f, 0.6000f, 0.7000f, 0.8000f, -0.9000f, 1.3837f, -1.8490f,
            1.7470f, -1.3000f, 1.0225f, 0.2026f, 0.9736f, -1.7000f, 2.3917f, 1.9000f, 2.0000f, -2.1000f, 1.5361f,
            2.3000f, 2.4000f, -2.5000f, 3.3998f, 1.3347f, 1.2564f, -2.9000f, 2.0497f, -3.8883f, 4.0622f, -3.3000f,
            2.0593f, -5.1275f, 4.9157f, -3.7000f, 4.6647f, 1.0811f, 2.1899f, -4.1000f, 2.5730f, 4.3000f, 4.4000f,
            -4.5000f, 5.6727f, 4.7000f, 4.8000f, -4.9000f, 3.0866f, 2.2131f, 2.4727f, -5.3000f, 6.6808f, -7.1667f,
            7.2309f,
        };
        NDArray y = rotation.apply(x, ReadableOperations.INSTANCE);
        assertThat(y.toFloatArray()).containsExactly(expected, within(1e-4f));
    }

    @Test
    void thePrefixIsNotTurned() {
        NDArray x = Weights.wave(manager, 2, 3, 5, 8);
        NDArray y = new RotaryGrid(8, 100).over(new Grid(1, 3), 2, manager).apply(x, ReadableOperations.INSTANCE);
        assertThat(y.get(":, :, :2")).isEqualTo(x.get(":, :, :2"));
        assertThat(y.get(":, :, 2:").sub(x.get(":, :, 2:")).abs().max().getFloat())
                .isPositive();
    }

    @Test
    void headsMustSplitIntoTwoCoordinatesOfPairs() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RotaryGrid(6, 100))
                .withMessage("Rotary positions on a grid need heads 4, 8, 12… wide, not 6.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RotaryGrid(8, 0))
                .withMessage("The base of rotary frequencies must be positive, not 0.0.");
    }

    @Test
    void noRotationLeavesHeadsAlone() {
        NDArray x = manager.ones(new Shape(1, 1, 1, 4));
        assertThat(Rotation.NONE.apply(x, ReadableOperations.INSTANCE)).isSameAs(x);
    }
}
