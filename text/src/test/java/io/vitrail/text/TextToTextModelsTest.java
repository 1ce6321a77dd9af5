package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.SafeTensorsWriter;
import io.vitrail.transformer.weights.StorageType;
import io.vitrail.transformer.weights.WeightTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that read a text and write another, and decoders that ask: what their configs mean, and what they refuse. */
class TextToTextModelsTest {
    @TempDir
    private Path folder;

    private static <M extends TextModel> M model(String config, TextTask task, Class<M> kind) {
        try {
            ConfigJson json = new ConfigJson(new ObjectMapper().readTree(config.replace('\'', '"')));
            return TextModels.create(json, task, kind);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static TextToTextModel writer(String config) {
        return model(config, TextTask.TEXT_TO_TEXT, TextToTextModel.class);
    }

    private static TextDecoder decoder(String config) {
        return model(config, TextTask.NEXT_TOKEN, TextDecoder.class);
    }

    private static Session<TextToTextModel> load(String name, TextTask task) {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.folder(name))) {
            return TextModels.load(checkpoint, task, TextToTextModel.class, ReadableOperations.INSTANCE, Device.cpu());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "marian, 58101, 1024, 1024",
        "bart, 50265, 1024, 1024",
        "t5, 32128, 2147483647, 512",
    })
    void missingKeysAreTheReferencesDefaults(String type, int vocabulary, int maxTokens, long width) {
        String none = "'encoder_layers': 0, 'decoder_layers': 0, 'num_layers': 0";
        TextToTextModel model = writer("{'model_type': '" + type + "', " + none + "}");
        assertThat(model.vocabulary()).isEqualTo(vocabulary);
        assertThat(model.maxTokens()).isEqualTo(maxTokens);
        assertThat(model.maxSourceTokens()).isEqualTo(maxTokens);
        assertThat(model.sizes()).containsEntry("width", width);
        assertThat(model.hasHead()).isTrue();
    }

    @Test
    void missingKeysOfDecodersAreTheReferencesDefaults() {
        TextDecoder trocr = decoder("{'model_type': 'trocr', 'decoder_layers': 0}");
        assertThat(trocr.vocabulary()).isEqualTo(50265);
        assertThat(trocr.maxTokens()).isEqualTo(512);
        assertThat(trocr.sizes()).containsEntry("positions", 514L).containsEntry("contextWidth", 1024L);
        TextDecoder blip = decoder("{'model_type': 'blip_text_model', 'num_hidden_layers': 1}");
        assertThat(blip.vocabulary()).isEqualTo(30524);
        assertThat(blip.sizes()).containsEntry("headWidth", 96L).containsEntry("segments", 0L);
    }

    @Test
    void targetsHaveWordsOfTheirOwnOnlyIfTheyAreNotShared() {
        String own = "'decoder_vocab_size': 41, 'vocab_size': 50, 'encoder_layers': 0, 'decoder_layers': 0}";
        assertThat(writer("{'model_type': 'marian', " + own).vocabulary()).isEqualTo(50);
        assertThat(writer("{'model_type': 'marian', 'share_encoder_decoder_embeddings': false, " + own)
                        .vocabulary())
                .isEqualTo(41);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'model_type': 't5', 'relative_attention_num_buckets': 3}",
                "{'model_type': 't5', 'relative_attention_max_distance': 8}",
                "{'model_type': 't5', 'num_layers': 2000000000}",
                "{'model_type': 't5', 'num_heads': 2000000000}",
                "{'model_type': 't5', 'feed_forward_proj': 'gated'}",
                "{'model_type': 't5', 'feed_forward_proj': 'gated-gated-gelu'}",
                "{'model_type': 't5', 'layer_norm_epsilon': -1}",
                "{'model_type': 'marian', 'd_model': 33}",
                "{'model_type': 'marian', 'decoder_layers': 2000000000}",
                "{'model_type': 'bart', 'max_position_embeddings': 2147483647}",
                "{'model_type': 'bart', 'activation_function': 'softly'}"
            })
    void whatNoModelCanBeIsRefused(String config) {
        assertThatThrownBy(() -> writer(config))
                .isInstanceOfAny(IllegalArgumentException.class, ArithmeticException.class);
    }

    @Test
    void sizesAreNamedByTheirKeys() {
        assertThatThrownBy(() -> writer("{'model_type': 't5', 'd_kv': 0}"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("'d_kv' must be a positive whole number, not 0.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer("{'model_type': 't5', 'relative_attention_num_buckets': 3}"))
                .withMessage("config.json: relative_attention_num_buckets (3) must be at least 4.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer("{'model_type': 't5', 'relative_attention_max_distance': 16}"))
                .withMessage(
                        "config.json: relative_attention_max_distance (16) must be more than half of the 32 buckets.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> decoder("{'model_type': 'trocr', 'pad_token_id': 50265}"))
                .withMessage("config.json: pad_token_id (50265) isn't within the vocabulary of 50265.");
    }

    @Test
    void whatTheMlpsKeyStandsForMayBeWrittenOut() {
        String gated = "{'model_type': 't5', 'feed_forward_proj': 'gated-gelu'";
        assertThat(mlp(writer(gated + "}")).parts()).containsOnlyKeys("gate", "up", "down");
        String plain = gated + ", 'is_gated_act': false, 'dense_act_fn': 'relu'}";
        assertThat(mlp(writer(plain)).parts()).containsOnlyKeys("expand", "contract");
    }

    private static TensorBlock mlp(TextToTextModel t5) {
        TensorBlock blocks = t5.parts().get("decoder").parts().get("blocks");
        return blocks.parts().get("0").parts().get("mlp");
    }

    @Test
    void bertWritesOnlyWhereItsConfigSaysSo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> decoder("{'model_type': 'bert'}"))
                .withMessage("config.json: a decoder needs 'is_decoder' true.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> decoder(
                        "{'model_type': 'bert', 'is_decoder': true, 'position_embedding_type': 'relative_key'}"))
                .withMessageContaining("position_embedding_type 'absolute'");
    }

    @Test
    void aDecoderNeedsTheTextThatWasRead() {
        for (String name : List.of("marian/uneven", "bart/uneven", "t5/uneven")) {
            try (Session<TextToTextModel> session = load(name, TextTask.TEXT_TO_TEXT)) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> session.run((model, scope, pass) ->
                                model.states(TextInput.of(scope.create(new long[][] {{5, 6}})), pass)))
                        .withMessage("The pass has no context: the text that was read is missing.");
            }
        }
    }

    @Test
    void aTextLongerThanThePositionsIsRefused() {
        for (String name : List.of("marian/uneven", "bart/uneven")) {
            try (Session<TextToTextModel> session = load(name, TextTask.TEXT_TO_TEXT)) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> session.run((model, scope, pass) ->
                                model.encode(TextInput.of(scope.create(new long[1][14])), pass)))
                        .withMessage("A sequence of 14 tokens is longer than the 13 positions.");
            }
        }
    }

    @Test
    void aMaskForEachTokenCannotHidePaddingFromTheDecoder() {
        try (Session<TextToTextModel> session = load("t5/uneven", TextTask.TEXT_TO_TEXT)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> session.run((model, scope, pass) -> {
                        NDArray some = scope.ones(new Shape(1, 2, 2));
                        some.set(new float[] {1, 0, 1, 1});
                        return model.encode(
                                TextInput.of(scope.create(new long[1][2])).withMask(some), pass);
                    }))
                    .withMessage("A text that is read needs a mask [batch, tokens]: which tokens are padding.");
        }
    }

    @Test
    void aBaseModelGivesNoScores() {
        for (String name : List.of("marian/model", "bart/model", "t5/model")) {
            try (Session<TextToTextModel> session = load(name, TextTask.FEATURES)) {
                assertThat(session.model().hasHead()).isFalse();
                assertThatIllegalArgumentException()
                        .isThrownBy(
                                () -> session.run((model, scope, pass) -> model.logits(scope.ones(new Shape(1)), pass)))
                        .withMessage("This model was loaded without a head, so it gives no scores.");
            }
        }
    }

    /** As models that describe pictures hold it. */
    @Test
    void aDecoderIsLoadedAsAPartOfAnotherModel() throws Exception {
        for (String name : List.of("trocr/learned", "trocr/sinusoidal", "blip_text/decoder", "bert/decoder")) {
            try (Checkpoint checkpoint = Checkpoint.open(Goldens.folder(name));
                    NDManager manager = DjlEngine.newManager(Device.cpu())) {
                Map<String, NDArray> weights = new LinkedHashMap<>();
                checkpoint
                        .names()
                        .forEach(weight -> weights.put(
                                "decoder." + weight, checkpoint.tensor(weight).toArray(manager)));
                SafeTensorsWriter.write(folder.resolve("model.safetensors"), weights, StorageType.F32, Map.of());
                Files.writeString(folder.resolve("config.json"), "{}");
                ConfigJson config = ConfigJson.of(checkpoint);
                TextDecoder part = TextModels.create(config, TextTask.NEXT_TOKEN, TextDecoder.class);
                WeightTable table = part.weightTable().under("decoder");
                try (Checkpoint whole = Checkpoint.open(folder)) {
                    table.load(whole, part.basePrefix(), part, part.sizes(), manager);
                }
                assertThat(answer(part, manager)).isEqualTo(alone(name, manager));
            }
        }
    }

    private static NDArray alone(String name, NDManager manager) {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.folder(name))) {
            TextDecoder model = TextModels.create(ConfigJson.of(checkpoint), TextTask.NEXT_TOKEN, TextDecoder.class);
            model.weightTable().load(checkpoint, model.basePrefix(), model, model.sizes(), manager);
            return answer(model, manager);
        }
    }

    private static NDArray answer(TextDecoder model, NDManager manager) {
        long width = model.sizes().get("contextWidth");
        NDArray context = manager.arange(3f * width).mul(0.7f).sin().reshape(1, 3, width);
        Pass pass = Pass.inference(ReadableOperations.INSTANCE).withContext(Tokens.of(context));
        return model.forward(manager.create(new long[][] {{7, 8, 9}}), pass);
    }
}
