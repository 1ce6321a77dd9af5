package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What the catalogue makes of configs and classes, and what it refuses. */
class TextModelsTest {
    private static TextEncoder model(String config, TextTask task) {
        try {
            ConfigJson json = new ConfigJson(new ObjectMapper().readTree(config.replace('\'', '"')));
            return TextModels.create(json, task, TextEncoder.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Session<TextEncoder> load(String name, String className) {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.folder(name))) {
            return TextModels.load(checkpoint, className, TextEncoder.class, ReadableOperations.INSTANCE, Device.cpu());
        }
    }

    @Test
    void missingKeysAreTheReferencesDefaults() {
        TextEncoder bert = model("{'model_type': 'bert', 'num_hidden_layers': 0}", TextTask.FEATURES);
        assertThat(bert.vocabulary()).isEqualTo(30522);
        assertThat(bert.maxTokens()).isEqualTo(512);
        assertThat(bert.segments()).isEqualTo(2);
        TextEncoder roberta = model("{'model_type': 'roberta', 'num_hidden_layers': 0}", TextTask.FEATURES);
        assertThat(roberta.vocabulary()).isEqualTo(50265);
        assertThat(roberta.maxTokens()).isEqualTo(510);
        TextEncoder distilbert = model("{'model_type': 'distilbert', 'n_layers': 0}", TextTask.FEATURES);
        assertThat(distilbert.vocabulary()).isEqualTo(30522);
        assertThat(distilbert.segments()).isZero();
    }

    @Test
    void decodersAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model("{'model_type': 'bert', 'is_decoder': true}", TextTask.FEATURES))
                .withMessage("config.json: 'is_decoder' makes a decoder of this model; encoders are supported.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model("{'model_type': 'roberta', 'add_cross_attention': true}", TextTask.FEATURES))
                .withMessageContaining("'add_cross_attention'");
    }

    @Test
    void unknownPositionsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> model("{'model_type': 'bert', 'position_embedding_type': 'rotary'}", TextTask.FEATURES))
                .withMessage("config.json: position_embedding_type 'rotary' is not supported; supported: absolute,"
                        + " relative_key, relative_key_query.");
    }

    @Test
    void paddingHasAnIdAndAPlace() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model(
                        "{'model_type': 'roberta', 'pad_token_id': 511, 'num_hidden_layers': 0}", TextTask.FEATURES))
                .withMessage(
                        "config.json: pad_token_id (511) must be an id of the vocabulary (50265) and a place before"
                                + " others (512).");
    }

    @Test
    void unknownTypesAndClassesAreRefusedWithWhatThereIs() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model("{'model_type': 'albert'}", TextTask.FEATURES))
                .withMessage("Model type 'albert' is no text model that is supported here; supported: "
                        + new TreeSet<>(TextModels.types()) + ".");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> load("bert/model", "BertForGuessing"))
                .withMessageStartingWith("Model type 'bert' has no class 'BertForGuessing' here; supported: [Bert");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model("{'model_type': 'distilbert'}", TextTask.NEXT_SENTENCE))
                .withMessageStartingWith(
                        "Model type 'distilbert' has no head for NEXT_SENTENCE; supported: [FEATURES,");
    }

    @Test
    void aHeadWithoutWeightsIsRefused() {
        assertThatThrownBy(() -> load("bert/model", "BertForTokenClassification"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("Weight 'classifier.weight' of shape [2, 32] is missing");
    }

    @Test
    void aBaseModelDoesWithoutAPoolerThatHasNoWeights() {
        try (Session<TextEncoder> with = load("bert/pre_training", "BertModel");
                Session<TextEncoder> without = load("bert/stored_before", "BertModel")) {
            assertThat(with.model().hasPooler()).isTrue();
            assertThat(without.model().hasPooler()).isFalse();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> without.run((model, scope, pass) -> model.logits(
                            model.features(TextInput.of(scope.create(new long[][] {{1, 2}})), pass), pass)))
                    .withMessage("This model was loaded without a head, so it gives no scores.");
        }
    }
}
