package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who owns native memory during a pass. */
class ScopeTest {
    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void onlyTheResultSurvives() {
        NDArray x = manager.full(new Shape(1), 3f);
        NDArray y = Scope.of(x, value -> value.add(1).mul(2).sub(1));
        assertThat(y.toFloatArray()).containsExactly(7);
        assertThat(x.isReleased()).isTrue();
        assertThat(manager.getManagedArrays()).containsExactly(y);
    }

    @Test
    void aStepMayGiveBackWhatItGot() {
        NDArray x = manager.full(new Shape(1), 3f);
        NDArray y = Scope.of(x, value -> value);
        assertThat(y.toFloatArray()).containsExactly(3);
        assertThat(manager.getManagedArrays()).hasSize(1);
    }

    @Test
    void aStepThatFailsLeavesNothing() {
        NDArray x = manager.full(new Shape(1), 3f);
        assertThatThrownBy(() -> Scope.of(x, value -> {
                    value.add(1);
                    throw new IllegalArgumentException("wrong");
                }))
                .hasMessage("wrong");
        assertThat(manager.getManagedArrays()).isEmpty();
    }

    @Test
    void lendingSharesValuesAndNotOwnership() {
        NDArray weight = manager.full(new Shape(2), 3f);
        try (NDManager borrower = manager.newSubManager()) {
            NDArray lent = Scope.lend(weight, borrower);
            NDArray product = lent.mul(2);
            assertThat(product.getManager()).isSameAs(borrower);
            weight.addi(1); // no copy: the same memory
            assertThat(lent.toFloatArray()).containsExactly(4, 4);
        }
        assertThat(weight.isReleased()).isFalse();
        assertThat(manager.getManagedArrays()).containsExactly(weight);
    }
}
