package io.vitrail.text.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import io.vitrail.text.TextModel;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextTask;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a text model that learns leaves out. */
class LearningTextTest {
    private static float[] scores(LearningText block, NDManager manager, int seed, boolean training) {
        manager.getEngine().setRandomSeed(seed);
        try (NDManager scope = manager.newSubManager()) {
            NDList data = new NDList(
                    scope.create(new long[][] {{5, 6, 7, 8}, {9, 10, 0, 0}}),
                    scope.create(new long[][] {{1, 1, 1, 1}, {1, 1, 0, 0}}));
            return block.forward(new ParameterStore(scope, false), data, training)
                    .singletonOrThrow()
                    .toFloatArray();
        }
    }

    @ParameterizedTest
    @CsvSource({"bert/classification, SEQUENCE_CLASSIFICATION", "gpt2/base, NEXT_TOKEN"})
    void dropoutIsOfTrainingAlone(String checkpoint, TextTask task) {
        try (Checkpoint files = Checkpoint.open(Checkpoints.of(checkpoint));
                NDManager manager = DjlEngine.newManager(Device.cpu())) {
            TextModel model = TextModels.create(ConfigJson.of(files), task, TextModel.class);
            model.load(files, manager);
            LearningText plain = new LearningText(model, 0);
            float[] all = scores(plain, manager, 1, false);
            assertThat(scores(plain, manager, 1, true)).isEqualTo(all);
            LearningText dropping = new LearningText(model, 0.3f);
            assertThat(scores(dropping, manager, 1, false)).isEqualTo(all);
            float[] some = scores(dropping, manager, 1, true);
            assertThat(some).isNotEqualTo(all).isEqualTo(scores(dropping, manager, 1, true));
            assertThat(scores(dropping, manager, 2, true)).isNotEqualTo(some);
        }
    }
}
