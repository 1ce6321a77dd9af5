package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Grid;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Our own architecture: a convolution stem before the Transformer. No reference computes it, so its properties are tested. */
class HybridVitTest {
    private static final Pass PASS = Pass.inference(ReadableOperations.INSTANCE);
    private static final HybridVit.Config CONFIG = new HybridVit.Config(
            new ImageConfig(3, 12, 20, 4, 4),
            new Grid(3, 5),
            new int[] {5, 7},
            new int[] {0, 2},
            new EncoderConfig(12, 2, 3, 20, 1e-6f, Activation.GELU, Bias.PRESENT),
            List.of("cat", "dog", "car"));

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void halvesThePictureWithEachStage() {
        HybridVit model = random();
        Features features = model.features(VisionInput.of(pixels(2, 12, 20)), PASS);
        assertThat(features.tokens().getShape()).isEqualTo(new Shape(2, 15, 12)); // 3 rows of 5
        assertThat(features.pooled().getShape()).isEqualTo(new Shape(2, 12));
        assertThat(features.pooled().toFloatArray())
                .containsExactly(features.tokens().mean(new int[] {1}).toFloatArray(), within(1e-6f));
        assertThat(model.getOutputShapes(new Shape[] {new Shape(2, 3, 12, 20)})).containsExactly(new Shape(2, 3));
    }

    @Test
    void logitsCanBeShiftedOnceForAll() {
        HybridVit model = random();
        NDArray pixels = pixels(2, 12, 20);
        float[] before = model.forward(pixels, PASS).toFloatArray();
        model.shiftLogits(1, -2, 0.5f);
        float[] shift = {1, -2, 0.5f, 1, -2, 0.5f};
        for (int i = 0; i < before.length; i++) {
            before[i] += shift[i];
        }
        assertThat(model.forward(pixels, PASS).toFloatArray()).containsExactly(before, within(1e-6f));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.shiftLogits(1))
                .withMessage("There must be 3 shifts, not 1.");
    }

    /** Batch normalisation, with the running statistics, is a linear map: for inference it is part of the convolution. */
    @Test
    void preparingForInferenceChangesNothing() {
        HybridVit model = random();
        NDArray x = pixels(2, 12, 20);
        float[] expected = model.forward(x, PASS).toFloatArray();
        Operations fast = Kernels.choose(Device.cpu(), Precision.FP32);
        model.prepareFor(fast);
        assertThat(model.forward(x, Pass.inference(fast)).toFloatArray()).containsExactly(expected, within(1e-4f));
    }

    @Test
    void whileItIsTrainedPicturesMayBeSmallerOrLarger() {
        HybridVit model = random();
        assertThat(model.forward(pixels(1, 8, 16), PASS).getShape()).isEqualTo(new Shape(1, 3));
        assertThat(model.forward(pixels(1, 16, 24), PASS).getShape()).isEqualTo(new Shape(1, 3));
    }

    @Test
    void theEmbeddedConfigIsReadAsItIsWritten() {
        HybridVit.Config embedded = HybridVit.Config.embedded(72, 56, List.of("cat", "dog"));
        ObjectNode json = new HybridVit(embedded).configJson();
        HybridVit read = HybridVit.of(new ConfigJson(json), VisionTask.CLASSIFICATION);
        assertThat(read.configJson()).isEqualTo(json);
        assertThat(read.labels()).containsExactly("cat", "dog");
        assertThat(read.imageHeight()).isEqualTo(72);
        assertThat(read.sizes()).isEqualTo(new HybridVit(embedded).sizes());
    }

    @Test
    void picturesMayBeLargerThanThoseThatPositionsWereLearnedFor() {
        HybridVit.Config larger = new HybridVit.Config(
                new ImageConfig(3, 24, 28, 4, 4),
                CONFIG.positions(),
                CONFIG.stemWidths(),
                CONFIG.stemBlocks(),
                CONFIG.encoder(),
                CONFIG.labels());
        HybridVit model = random(larger);
        assertThat(model.forward(pixels(1, 24, 28), PASS).getShape()).isEqualTo(new Shape(1, 3));
        assertThat(model.sizes()).containsEntry("positions", 15L);
    }

    @Test
    void theStemNeedsACountOfBlocksForEachWidth() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HybridVit.Config(
                        CONFIG.image(),
                        CONFIG.positions(),
                        new int[] {5, 7},
                        new int[] {1},
                        CONFIG.encoder(),
                        CONFIG.labels()))
                .withMessage("The stem needs as many widths (2) as counts of blocks (1), from 1 to 6.");
    }

    /** With running statistics that aren't 0 and 1. */
    private HybridVit random() {
        return random(CONFIG);
    }

    private HybridVit random(HybridVit.Config config) {
        DjlEngine.get().setRandomSeed(5);
        HybridVit model = new HybridVit(config);
        model.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 12, 20));
        model.getParameters().values().forEach(parameter -> {
            NDArray value = parameter.getArray();
            NDArray random = manager.randomUniform(0.1f, 0.5f, value.getShape(), DataType.FLOAT32);
            value.set(value.add(random).toByteBuffer());
        });
        return model;
    }

    private NDArray pixels(int batch, int height, int width) {
        Shape shape = new Shape(batch, 3, height, width);
        return manager.arange((float) shape.size()).mul(0.37f).sin().reshape(shape);
    }
}
