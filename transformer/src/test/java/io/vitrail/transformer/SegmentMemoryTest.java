package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What layers remember: the last tokens, of whole passes only, for as many rows as go on. */
class SegmentMemoryTest {
    private final NDManager owner = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        owner.close();
    }

    private NDArray row(float... values) {
        return owner.create(values, new Shape(1, values.length, 1));
    }

    private static void pass(SegmentMemory memory, NDArray first, NDArray second) {
        memory.keep(0, first);
        memory.keep(1, second);
        memory.advance();
    }

    private static float[] remembered(SegmentMemory memory, int layer) {
        return memory.layers().get(layer).toFloatArray();
    }

    @Test
    void theLastTokensStay() {
        SegmentMemory memory = new SegmentMemory(List.of(row(1), row(10)), 3, owner);
        pass(memory, row(2), row(20));
        assertThat(remembered(memory, 0)).containsExactly(1, 2); // not full yet
        pass(memory, row(3, 4), row(30, 40));
        assertThat(remembered(memory, 0)).containsExactly(2, 3, 4);
        assertThat(remembered(memory, 1)).containsExactly(20, 30, 40);
        pass(memory, row(5, 6, 7, 8), row(50, 60, 70, 80)); // a segment longer than the memory
        assertThat(remembered(memory, 0)).containsExactly(6, 7, 8);
        assertThat(memory.tokens()).isEqualTo(3);
    }

    @Test
    void itBeginsWithZeros() {
        SegmentMemory memory = SegmentMemory.zeros(2, 3, 4, 5, owner);
        assertThat(memory.layers()).hasSize(2).allMatch(layer -> layer.getShape()
                .equals(new Shape(3, 4, 5)));
        assertThat(remembered(memory, 1)).containsOnly(0);
    }

    @Test
    void aPassThatFailsChangesNothing() {
        SegmentMemory memory = new SegmentMemory(List.of(row(1, 2), row(10, 20)), 2, owner);
        memory.keep(0, row(9)); // and no second layer
        assertThatIllegalStateException().isThrownBy(memory::advance).withMessage("1 of 2 layers have been passed.");
        assertThat(remembered(memory, 0)).containsExactly(1, 2);
        pass(memory, row(3), row(30));
        assertThat(remembered(memory, 0)).containsExactly(2, 3);
    }

    @Test
    void nothingOfEarlierTokensIsHeld() {
        NDManager own = owner.newSubManager();
        SegmentMemory memory = SegmentMemory.zeros(2, 1, 3, 1, own);
        for (int i = 0; i < 10; i++) {
            try (NDManager scope = owner.newSubManager()) {
                pass(memory, scope.ones(new Shape(1, 2, 1)), scope.ones(new Shape(1, 2, 1)));
            }
        }
        assertThat(own.getManagedArrays()).hasSize(2).allMatch(array -> array.size() == 3);
        memory.close();
        assertThat(own.getManagedArrays()).isEmpty();
    }

    @Test
    void whatIsGivenMayBeOverwritten() {
        SegmentMemory memory = SegmentMemory.zeros(2, 1, 2, 1, owner);
        NDArray x = row(1, 2);
        memory.keep(0, x);
        memory.keep(1, x);
        x.addi(5);
        memory.advance();
        assertThat(remembered(memory, 0)).containsExactly(1, 2);
    }

    @Test
    void rowsGoOnFromOthers() {
        NDArray layer = owner.create(new float[] {1, 2, 3, 4}, new Shape(2, 2, 1));
        SegmentMemory memory = new SegmentMemory(List.of(layer), 2, owner);
        memory.select(new int[] {1, 1, 0});
        assertThat(remembered(memory, 0)).containsExactly(3, 4, 3, 4, 1, 2);
        assertThat(memory.rows()).isEqualTo(3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> memory.select(new int[] {3}))
                .withMessage("Row 3 isn't among the 3 of the memory.");
    }

    @Test
    void layersThatDontAgreeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SegmentMemory(List.of(row(1), row(1, 2)), 2, owner))
                .withMessage("Layers remember the same tokens: (1, 1, 1), not (1, 2, 1).");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SegmentMemory(List.of(row(1)), 0, owner))
                .withMessage("A memory holds at least 1 token, not 0.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SegmentMemory(List.of(owner.create(new float[2])), 1, owner))
                .withMessage("A memory must be [rows, tokens, width], not (2).");
    }
}
