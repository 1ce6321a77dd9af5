package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** In which order a block's parts come: each part is a sum or product with a number of its own. */
class EncoderBlockTest {
    private static final Pass PASS = Pass.inference(ReadableOperations.INSTANCE);

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void preNormNormalisesWhatABranchReads() {
        PreNormBlock block = new PreNormBlock(plus(1), times(10), plus(2), times(100));
        // x = 3: 3 + 10 · (3 + 1) = 43; 43 + 100 · (43 + 2) = 4543
        assertThat(run(block)).isEqualTo(4543);
        assertThat(block.parts()).containsOnlyKeys("norm1", "attention", "norm2", "mlp");
    }

    @Test
    void postNormNormalisesTheSum() {
        PostNormBlock block = new PostNormBlock(times(10), plus(1), times(100), plus(2));
        // x = 3: (3 + 30) + 1 = 34; (34 + 3400) + 2 = 3436
        assertThat(run(block)).isEqualTo(3436);
        assertThat(block.parts()).containsOnlyKeys("attention", "norm1", "mlp", "norm2");
    }

    @Test
    void scaledPreNormScalesEachBranch() {
        LayerScale half = Weights.initial(new LayerScale(1, 0.5f), manager);
        LayerScale tenth = Weights.initial(new LayerScale(1, 0.125f), manager);
        ScaledPreNormBlock block = new ScaledPreNormBlock(plus(1), times(10), half, plus(2), times(80), tenth);
        // x = 3: 3 + 40 / 2 = 23; 23 + 80 · 25 / 8 = 273
        assertThat(run(block)).isEqualTo(273);
        assertThat(block.parts()).containsOnlyKeys("norm1", "attention", "scale1", "norm2", "mlp", "scale2");
    }

    private float run(TensorBlock block) {
        NDArray x = manager.full(new Shape(1, 1, 1), 3f);
        return block.forward(x, PASS).getFloat();
    }

    private static TensorBlock plus(float number) {
        return new Step(x -> x.add(number));
    }

    private static TensorBlock times(float number) {
        return new Step(x -> x.mul(number));
    }

    /** A part without weights. */
    private static final class Step extends TensorBlock {
        private final UnaryOperator<NDArray> step;

        Step(UnaryOperator<NDArray> step) {
            this.step = step;
        }

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            return step.apply(x);
        }
    }
}
