package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a backward pass needs must outlive a collection of garbage between it and the forward pass. */
class NumbersTest {
    @Test
    void productsKeepTheirNumberUntilTheBackwardPass() {
        Engine engine = DjlEngine.get();
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            NDArray x = manager.ones(new Shape(2, 3));
            x.setRequiresGradient(true);
            try (GradientCollector gradients = engine.newGradientCollector()) {
                NDArray sum = Scope.of(Numbers.times(x, 3), y -> Numbers.times(y, 0.5))
                        .sum();
                overwriteFreedMemory();
                gradients.backward(sum);
            }
            assertThat(x.getGradient().toFloatArray()).containsOnly(1.5f);
        }
    }

    /** Frees the memory of unreachable direct buffers, then takes as much of it as possible into use. */
    private static void overwriteFreedMemory() {
        List<ByteBuffer> taken = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            System.gc();
            for (int i = 0; i < 2000; i++) {
                ByteBuffer buffer = ByteBuffer.allocateDirect(8);
                buffer.putLong(0, -1L); // NaN, if read as numbers
                taken.add(buffer);
            }
        }
        assertThat(taken).isNotEmpty();
    }
}
