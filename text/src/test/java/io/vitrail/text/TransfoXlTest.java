package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.text.generation.GeneratedSequence;
import io.vitrail.text.generation.GenerationEngine;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.text.generation.TokenListener;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.SegmentMemory;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What configs and inputs of Transformer-XL are refused, and that it writes by what it remembers. */
class TransfoXlTest {
    private static TransfoXl model(String config) {
        try {
            String json = "{'model_type': 'transfo-xl', 'n_layer': 1, " + config + "}";
            ConfigJson parsed = new ConfigJson(new ObjectMapper().readTree(json.replace('\'', '"')));
            return TextModels.create(parsed, TextTask.NEXT_TOKEN, TransfoXl.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Session<TransfoXl> adaptive() {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.folder("transfo_xl/adaptive"))) {
            return load(checkpoint);
        }
    }

    private static Session<TransfoXl> load(Checkpoint checkpoint) {
        return TextModels.load(
                checkpoint, TextTask.NEXT_TOKEN, TransfoXl.class, ReadableOperations.INSTANCE, Device.cpu());
    }

    @Test
    void missingKeysAreTheReferencesDefaults() {
        TransfoXl model = model("'eos_token_id': 0");
        assertThat(model.vocabulary()).isEqualTo(267735);
        assertThat(model.remembered()).isEqualTo(1600);
        assertThat(model.sizes())
                .containsEntry("words0", 20000L)
                .containsEntry("words3", 67735L)
                .containsEntry("vectors3", 16L)
                .containsEntry("rare", 3L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    'attn_type': 1                             | attn_type must be 0, Transformer-XL's own attention: the reference has no other.
                    'sample_softmax': 3                        | sample_softmax must not be positive: the reference samples no softmax.
                    'd_model': 1023                            | d_model (1023) must be even, and at most 65536.
                    'd_model': 131072                          | d_model (131072) must be even, and at most 65536.
                    'n_layer': 1001                            | n_layer (1001) must be at most 1000.
                    'mem_len': -1, 'same_length': false        | mem_len (-1) must be from 0 to 65536.
                    'mem_len': 1000000                         | mem_len (1000000) must be from 0 to 65536.
                    'mem_len': 0                               | with same_length, mem_len (0) must be positive.
                    'tie_projs': [true]                        | tie_projs must say for each of 4 clusters whether it is tied, not for 1.
                    'cutoffs': [3, 2]                          | cutoffs [3, 2] must rise from above 0 to below the vocabulary of 267735.
                    'd_embed': 20                              | Vectors of width 20 can't be divided by 4 for each of 4 clusters.
                    """)
    void configsThatCannotBeAreRefused(String key, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> model(key)).withMessageEndingWith(message);
    }

    @Test
    void valuesOfAnotherTypeAreTheFilesMistake() {
        assertThatThrownBy(() -> model("'tie_projs': [1, 2, 3, 4]"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("'tie_projs' must be a list of true and false, not [1,2,3,4].");
        assertThatThrownBy(() -> model("'n_head': 0")).isInstanceOf(CheckpointException.class);
    }

    @Test
    void itIsNoOtherKindOfModel() {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.folder("transfo_xl/adaptive"))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TextModels.load(
                            checkpoint,
                            TextTask.NEXT_TOKEN,
                            TextDecoder.class,
                            ReadableOperations.INSTANCE,
                            Device.cpu()))
                    .withMessage("Model type 'transfo-xl' is no TextDecoder.");
        }
    }

    @Test
    void memoriesOfOtherTextsAreRefused() {
        try (Session<TransfoXl> session = adaptive()) {
            session.run((model, scope, pass) -> {
                SegmentMemory memory = model.newMemory(2, scope).orElseThrow();
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> model.states(scope.zeros(new Shape(3, 4)), pass.withMemory(memory)))
                        .withMessage("The memory is of 2 texts, not 3.");
                NDArray layer = scope.zeros(new Shape(2, 4, 31));
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> model.memory(List.of(layer, layer), scope))
                        .withMessage("2 layers remember tokens of width 31; the model has 2 of width 32.");
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> model.states(scope.zeros(new Shape(4)), pass))
                        .withMessage("Ids must be [batch, tokens], not (4).");
                return null;
            });
        }
    }

    /** By the reference's model, a token at a time with its memories: {@code recurrent.py}. */
    @Test
    void itWritesWhatTheReferenceRemembersTo() throws IOException {
        Path folder = Goldens.folder("transfo_xl/projected_table");
        JsonNode recorded =
                new ObjectMapper().readTree(folder.resolve("continued.json").toFile());
        GenerationOptions options =
                GenerationOptions.defaults().toBuilder().maxNewTokens(20).build();
        try (Checkpoint checkpoint = Checkpoint.open(folder);
                Session<TransfoXl> session = load(checkpoint);
                SegmentReader writer = new SegmentReader(session, 16, Patience.endless())) {
            GeneratedSequence written = GenerationEngine.of(options)
                    .generate(writer, List.of(Prompt.of(ids(recorded, "prompt"))), TokenListener.NONE)
                    .get(0)
                    .get(0);
            assertThat(written.ids()).containsExactly(ids(recorded, "ids"));
        }
    }

    private static long[] ids(JsonNode recorded, String key) {
        return StreamSupport.stream(recorded.get(key).spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
    }

    @Test
    void beamsRememberTheirOwnPast() {
        long[] prompt = {5, 80, 33, 7, 61};
        GenerationOptions options = GenerationOptions.defaults().toBuilder()
                .maxNewTokens(9)
                .beams(4)
                .returnedSequences(4)
                .lengthPenalty(0)
                .build();
        try (Session<TransfoXl> session = adaptive();
                SegmentReader writer = new SegmentReader(session, 16, Patience.endless())) {
            List<GeneratedSequence> written = GenerationEngine.of(options)
                    .generate(writer, List.of(Prompt.of(prompt)), TokenListener.NONE)
                    .get(0);
            assertThat(written).hasSize(4);
            for (GeneratedSequence sequence : written) {
                try (SegmentReader reader = new SegmentReader(session, 16, Patience.endless())) {
                    reader.next(new long[][] {prompt});
                    double sum = 0;
                    for (long id : sequence.ids()) { // a token at a time, as they were written
                        sum += reader.logProbabilities(new long[][] {{id}})[0][0];
                    }
                    assertThat(sequence.score()).isCloseTo(sum, within(1e-3));
                }
            }
        }
    }
}
