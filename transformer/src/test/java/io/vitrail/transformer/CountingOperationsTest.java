package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Two operations per multiply-add of every product. */
class CountingOperationsTest {
    @Test
    void countsTheProductsOfAnEncoder() {
        int batch = 2;
        int tokens = 5;
        int width = 12;
        int mlpWidth = 20;
        int depth = 3;
        EncoderConfig config = new EncoderConfig(width, depth, 4, mlpWidth, 1e-6f, Activation.GELU, Bias.PRESENT);
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            Encoder encoder = Weights.random(config.preNormEncoder(), manager);
            NDArray x = Weights.wave(manager, batch, tokens, width);
            NDArray expected = encoder.forward(x.duplicate(), Pass.inference(ReadableOperations.INSTANCE));
            CountingOperations counting = new CountingOperations(ReadableOperations.INSTANCE);
            assertThat(encoder.forward(x, Pass.inference(counting))).isEqualTo(expected);
            double linear = 2.0 * batch * tokens * (4 * width * width + 2 * width * mlpWidth);
            double attention = 2.0 * batch * tokens * tokens * 2 * width;
            assertThat(counting.floatingOperations()).isEqualTo(depth * (linear + attention));
        }
    }

    @Test
    void countsALayerAndItsChange() {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            CountingOperations counting = new CountingOperations(ReadableOperations.INSTANCE);
            Affine layer = new Affine(manager.ones(new Shape(20, 12)), Optional.empty(), 12, 20);
            LowRankChange change =
                    new LowRankChange(manager.ones(new Shape(3, 12)), manager.ones(new Shape(20, 3)), 1, 0);
            counting.linear(Weights.wave(manager, 2, 5, 12), layer, change);
            assertThat(counting.floatingOperations()).isEqualTo(2.0 * 2 * 5 * (12 * 20 + 3 * (12 + 20)));
        }
    }

    @Test
    void countsWhatIsScoredByASharedTable() {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            TokenEmbedding words = Weights.random(new TokenEmbedding(50, 12), manager);
            CountingOperations counting = new CountingOperations(Kernels.choose(Device.cpu(), Precision.FP32));
            VocabularyProjection projection = new VocabularyProjection(words, Bias.ABSENT);
            projection.prepareFor(counting);
            projection.forward(Weights.wave(manager, 2, 5, 12), Pass.inference(counting));
            assertThat(counting.floatingOperations()).isEqualTo(2.0 * 2 * 5 * 12 * 50);
        }
    }
}
