package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the models that continue texts make of configs and inputs, and what they refuse. */
class DecoderConfigsTest {
    private static TextDecoder model(String config) {
        try {
            ConfigJson json = new ConfigJson(new ObjectMapper().readTree(config.replace('\'', '"')));
            return TextModels.create(json, TextTask.NEXT_TOKEN, TextDecoder.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static TextDecoder llama(String rope) {
        return model("{'model_type': 'llama', 'num_hidden_layers': 0, 'hidden_size': 8, 'num_attention_heads': 2,"
                + " 'rope_scaling': " + rope + "}");
    }

    @ParameterizedTest
    @CsvSource({
        "openai-gpt, n_layer, 40478, 512, 768",
        "gpt2, n_layer, 50257, 1024, 768",
        "opt, num_hidden_layers, 50272, 2048, 768",
        "llama, num_hidden_layers, 32000, 2147483647, 4096",
        "mistral, num_hidden_layers, 32000, 2147483647, 4096",
        "qwen2, num_hidden_layers, 151936, 2147483647, 4096"
    })
    void missingKeysAreTheReferencesDefaults(String type, String depth, int vocabulary, int maxTokens, long width) {
        TextDecoder model = model("{'model_type': '" + type + "', '" + depth + "': 0}");
        assertThat(model.vocabulary()).isEqualTo(vocabulary);
        assertThat(model.maxTokens()).isEqualTo(maxTokens);
        assertThat(model.sizes()).containsEntry("width", width);
    }

    @Test
    void askedHeadsAreAllHeadsWhereTheConfigHasNull() {
        String sizes = "'num_hidden_layers': 0, 'hidden_size': 64, 'num_attention_heads': 16";
        assertThat(model("{'model_type': 'llama', " + sizes + "}").sizes()).containsEntry("keyValueWidth", 64L);
        assertThat(model("{'model_type': 'mistral', " + sizes + "}").sizes()).containsEntry("keyValueWidth", 32L);
        assertThat(model("{'model_type': 'mistral', 'num_key_value_heads': null, " + sizes + "}")
                        .sizes())
                .containsEntry("keyValueWidth", 64L);
    }

    @Test
    void whatCannotBeIsNamed() {
        assertRefused("{'model_type': 'openai-gpt', 'afn': 'mish'}", "config.json: afn 'mish' is not supported;");
        assertRefused("{'model_type': 'gpt2', 'n_embd': 30, 'n_head': 4}", "width (30) must be divisible by heads (4)");
        assertRefused("{'model_type': 'opt', 'activation_function': 'x'}", "Activation 'x' is not supported;");
        assertRefused(
                "{'model_type': 'llama', 'num_hidden_layers': 100000}",
                "config.json: num_hidden_layers (100000) must be from 0 to 1000.");
        assertRefused("{'model_type': 'llama', 'head_dim': 4096}", "A width (131072) must be at most 65536.");
        assertRefused("{'model_type': 'llama', 'head_dim': 5}", "Rotary positions turn pairs: heads 5 wide");
        assertRefused(
                "{'model_type': 'llama', 'partial_rotary_factor': 0.5}",
                "config.json: partial_rotary_factor isn't supported: whole heads are turned.");
        assertRefused(
                "{'model_type': 'llama', 'num_key_value_heads': 5}",
                "heads (32) must be divisible by keyValueHeads (5)");
    }

    @Test
    void unknownOrIncompleteRotationsAreNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> llama("{'rope_type': 'spiral'}"))
                .withMessage("config.json: rope_scaling of type 'spiral' is not supported; supported: default, linear,"
                        + " dynamic, llama3, yarn, longrope.");
        for (String type : new String[] {"linear", "dynamic", "yarn"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> llama("{'type': '" + type + "'}"))
                    .withMessage("config.json: rope_scaling needs 'factor'.");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> llama("{'rope_type': 'llama3', 'factor': 8, 'low_freq_factor': 1}"))
                .withMessage("config.json: rope_scaling needs 'high_freq_factor'.");
        assertThatThrownBy(() -> llama("{'rope_type': 'longrope', 'factor': 2, 'short_factor': [1, 1]}"))
                .hasMessageContaining("'rope_scaling.long_factor' must be a list of finite numbers");
        assertThat(llama("{'rope_type': 'default'}").maxTokens()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void windowsMustFitTheirLayers() {
        String qwen = "{'model_type': 'qwen2', 'num_hidden_layers': 1, 'hidden_size': 8, 'num_attention_heads': 2,"
                + " 'num_key_value_heads': 1, 'intermediate_size': 4, 'vocab_size': 9";
        assertRefused(
                qwen + ", 'layer_types': ['sliding_attention']}",
                "config.json: layer_types has 'sliding_attention', but sliding_window gives no window");
        assertRefused(
                qwen + ", 'layer_types': ['full_attention', 'full_attention']}",
                "config.json: layer_types has 2 of 1 layers.");
        assertRefused(
                qwen + ", 'layer_types': ['chunked_attention']}",
                "config.json: layer type 'chunked_attention' is not supported; supported: full_attention,");
    }

    private static void assertRefused(String config, String beginning) {
        assertThatIllegalArgumentException().isThrownBy(() -> model(config)).withMessageStartingWith(beginning);
    }

    @ParameterizedTest
    @CsvSource({
        "openai_gpt/masks, Position 13 isn't within the table of 13 positions.",
        "gpt2/masks, Position 13 isn't within the table of 13 positions.",
        "opt/masks, Position 15 isn't within the table of 15 positions."
    })
    void aTextLongerThanThePositionsIsRefused(String name, String message) {
        try (Session<TextDecoder> session = load(name, TextTask.NEXT_TOKEN)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> session.run((model, scope, pass) ->
                            model.forward(scope.create(new long[1][14]), pass).toFloatArray()))
                    .withMessage(message);
        }
    }

    @Test
    void idsOutsideTheVocabularyAreRefused() {
        try (Session<TextDecoder> session = load("llama/masks", TextTask.NEXT_TOKEN)) {
            for (long id : new long[] {-1, 40}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> session.run(
                                (model, scope, pass) -> model.forward(scope.create(new long[][] {{5, id}}), pass)
                                        .toFloatArray()))
                        .withMessage("Id " + id + " isn't within the vocabulary of 40.");
            }
        }
    }

    @Test
    void aBaseModelGivesStatesAndNoScores() {
        try (Session<TextDecoder> session = load("gpt2/masks", TextTask.FEATURES)) {
            assertThat(session.model().hasHead()).isFalse();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> session.run((model, scope, pass) -> {
                        NDArray states = model.forward(scope.create(new long[][] {{5, 6, 7}}), pass);
                        assertThat(states.getShape().getShape()).containsExactly(1, 3, 12);
                        return model.logits(states, pass).toFloatArray();
                    }))
                    .withMessage("This model was loaded without a head, so it gives no scores.");
        }
    }

    @Test
    void withoutAnIdForPaddingTextsAreClassifiedOneAtATime() {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.folder("gpt2/classification_without_padding"));
                Session<TextEncoder> session = TextModels.load(
                        checkpoint,
                        TextTask.SEQUENCE_CLASSIFICATION,
                        TextEncoder.class,
                        ReadableOperations.INSTANCE,
                        Device.cpu())) {
            assertThat(session.model().labels()).containsExactly("LABEL_0", "LABEL_1");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> session.run((model, scope, pass) ->
                            model.forward(scope.create(new long[2][3]), pass).toFloatArray()))
                    .withMessage("config.json names no pad_token_id, so texts can be classified one at a time only,"
                            + " not 2.");
        }
    }

    private static Session<TextDecoder> load(String name, TextTask task) {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.folder(name))) {
            return TextModels.load(checkpoint, task, TextDecoder.class, ReadableOperations.INSTANCE, Device.cpu());
        }
    }
}
