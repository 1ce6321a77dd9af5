package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a model's blocks tell of its size. */
class ModelSizeTest {
    /** Named parts. */
    private static final class Model extends TensorBlock {
        Model(Map<String, TensorBlock> parts) {
            parts.forEach(this::part);
        }

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void matricesAreThoseWithinLayers() {
        Linear layer = new Linear(4, 3);
        RelativeAttention.Biases biases = new RelativeAttention.Biases(2, 5); // matrices of other meaning
        Encoder layers =
                new Encoder(2, i -> new Model(Map.of("layer", layer, "own", new Linear(7, 1), "biases", biases)));
        ModelSize size = ModelSize.of(new Model(Map.of("head", new Linear(11, 13), "layers", layers)));
        long shared = 4 * 3;
        long own = 2 * 7;
        assertThat(size.matrices()).isEqualTo(shared + own);
        assertThat(size.parameters()).isEqualTo(shared + 3 + own + 2 + 2 * (2 * 5) + (11 * 13 + 13));
        assertThat(size.bytesInFloat32()).isEqualTo(4 * size.parameters());
        assertThat(size.bytesInBfloat16()).isEqualTo(4 * size.parameters() - 2 * size.matrices());
    }

    @Test
    void layersAreThoseOfAllStacks() {
        Encoder three = new Encoder(3, i -> new Linear(1, 1));
        Model inner = new Model(Map.of("layers", new Encoder(2, i -> new Linear(1, 1))));
        assertThat(ModelSize.of(three).depth()).isEqualTo(3);
        assertThat(ModelSize.of(new Model(Map.of("reader", three, "writer", inner)))
                        .depth())
                .isEqualTo(5);
    }

    @Test
    void aPassNeedsMostInAttentionOrInTheMlp() {
        assertThat(ModelSize.tokenBytes(10, 40)).isEqualTo(4 * 70);
        assertThat(ModelSize.tokenBytes(10, 41)).isEqualTo(4 * 71);
    }
}
