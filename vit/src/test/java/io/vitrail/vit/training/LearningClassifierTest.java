package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.VisionModels;
import io.vitrail.vit.VisionTask;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A classifier leaves out weights of attention when it learns, as its config says. */
class LearningClassifierTest {
    private static final String SHARE = "attention_probs_dropout_prob";

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"vit/classification", "beit/classification", "swin/classification"})
    void attentionIsDroppedInTrainingAlone(String golden) throws Exception {
        Path folder = Path.of(
                LearningClassifierTest.class.getResource("/goldens/" + golden).toURI());
        try (Checkpoint files = Checkpoint.open(folder)) {
            VisionModel model = VisionModels.create(ConfigJson.of(files), VisionTask.CLASSIFICATION);
            model.load(files, manager);
            ObjectNode config = files.config().deepCopy();
            LearningClassifier plain = new LearningClassifier(model, config.put(SHARE, 0.0));
            float[] all = logits(plain, 1, false);
            assertThat(logits(plain, 1, true)).isEqualTo(all);
            LearningClassifier dropping = new LearningClassifier(model, config.put(SHARE, 0.5));
            assertThat(logits(dropping, 1, false)).isEqualTo(all);
            float[] some = logits(dropping, 1, true);
            assertThat(some).isNotEqualTo(all).isEqualTo(logits(dropping, 1, true));
            assertThat(logits(dropping, 2, true)).isNotEqualTo(some);
        }
    }

    @Test
    void aTowersShareIsThatOfItsOwnConfig() throws Exception {
        Path folder = Path.of(LearningClassifierTest.class
                .getResource("/goldens/vit/classification")
                .toURI());
        try (Checkpoint files = Checkpoint.open(folder)) {
            VisionModel model = VisionModels.create(ConfigJson.of(files), VisionTask.CLASSIFICATION);
            model.load(files, manager);
            ObjectNode both = files.config().deepCopy();
            both.putObject("vision_config").put("attention_dropout", 0.5);
            LearningClassifier dropping = new LearningClassifier(model, both);
            assertThat(logits(dropping, 1, true)).isNotEqualTo(logits(dropping, 1, false));
        }
    }

    private float[] logits(LearningClassifier block, int seed, boolean training) {
        VisionModel model = (VisionModel) block.parts().get("model");
        manager.getEngine().setRandomSeed(7);
        NDArray pixels = manager.randomNormal(new Shape(2, 3, model.imageHeight(), model.imageWidth()));
        manager.getEngine().setRandomSeed(seed);
        return block.forward(new ParameterStore(manager, false), new NDList(pixels), training)
                .singletonOrThrow()
                .toFloatArray();
    }
}
