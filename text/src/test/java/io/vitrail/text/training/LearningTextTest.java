package io.vitrail.text.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.TextModel;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextTask;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.List;
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
    @CsvSource({
        "bert/classification, SEQUENCE_CLASSIFICATION",
        "roberta/classification, SEQUENCE_CLASSIFICATION",
        "distilbert/classification, SEQUENCE_CLASSIFICATION",
        "opt/classification, SEQUENCE_CLASSIFICATION",
        "llama/classification, SEQUENCE_CLASSIFICATION",
        "gpt2/base, NEXT_TOKEN"
    })
    void dropoutIsOfTrainingAlone(String checkpoint, TextTask task) {
        try (Checkpoint files = Checkpoint.open(Checkpoints.of(checkpoint));
                NDManager manager = DjlEngine.newManager(Device.cpu())) {
            TextModel model = TextModels.create(ConfigJson.of(files), task, TextModel.class);
            model.load(files, manager);
            LearningText plain = new LearningText(model, DropoutRates.NONE);
            float[] all = scores(plain, manager, 1, false);
            assertThat(scores(plain, manager, 1, true)).isEqualTo(all);
            for (DropoutRates rates : List.of(new DropoutRates(0.3f, 0), new DropoutRates(0, 0.3f))) {
                LearningText dropping = new LearningText(model, rates);
                assertThat(scores(dropping, manager, 1, false)).isEqualTo(all);
                float[] some = scores(dropping, manager, 1, true);
                assertThat(some).isNotEqualTo(all).isEqualTo(scores(dropping, manager, 1, true));
                assertThat(scores(dropping, manager, 2, true)).isNotEqualTo(some);
            }
        }
    }

    /** What transformers' configs of these types have. */
    @ParameterizedTest
    @CsvSource({
        "bert, {}, 0.1, 0.1",
        "distilbert, {}, 0.1, 0.1",
        "gpt2, {}, 0.1, 0.1",
        "opt, {}, 0.1, 0",
        "llama, {}, 0, 0",
        "llama, {'attention_dropout': 0.2}, 0, 0.2",
        "roberta, {'hidden_dropout_prob': 0.3; 'attention_probs_dropout_prob': 0}, 0.3, 0",
    })
    void ratesAreTheConfigs(String type, String config, float residual, float attention) throws Exception {
        ObjectNode json = (ObjectNode)
                new ObjectMapper().readTree(config.replace('\'', '"').replace(';', ','));
        DropoutRates rates = DropoutRates.of(new ConfigJson(json.put("model_type", type)));
        assertThat(rates).isEqualTo(new DropoutRates(residual, attention));
    }
}
