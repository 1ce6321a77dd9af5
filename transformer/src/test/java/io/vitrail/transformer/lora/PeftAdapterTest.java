package io.vitrail.transformer.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adapters that are damaged, or made to do harm, and what is merged. */
class PeftAdapterTest {
    private static final String LORA = "{\"peft_type\": \"LORA\", \"lora_alpha\": 4%s}";
    private static final Map<String, Shape> DENSE = pair("block.dense", 6, 5);

    @TempDir
    private Path folder;

    /** A and B of rank 2. */
    private static Map<String, Shape> pair(String module, long inputs, long outputs) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put(module + ".lora_A.weight", new Shape(2, inputs));
        shapes.put(module + ".lora_B.weight", new Shape(outputs, 2));
        return shapes;
    }

    private static Map<String, Shape> dense(String more, long... shape) {
        Map<String, Shape> shapes = new LinkedHashMap<>(DENSE);
        shapes.put(more, new Shape(shape));
        return shapes;
    }

    private PeftAdapter read(String settings, Map<String, Shape> shapes) {
        return PeftAdapter.read(Tiny.adapter(folder.resolve("adapter"), LORA.formatted(settings), shapes));
    }

    private void refused(String settings, Map<String, Shape> shapes, String message) {
        assertThatThrownBy(() -> read(settings, shapes))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            , "lora_alpha": "4"                        | uplicate
            , "alpha_pattern": [1]                     | 'alpha_pattern' must lead from names to numbers
            , "alpha_pattern": {"dense": "3"}          | to a finite number
            , "alpha_pattern": {"dense": 1e999}        | to a finite number
            , "alpha_pattern": {"(dense": 3}           | from regular expressions
            , "use_rslora": 1                          | 'use_rslora' must be true or false
            , "use_dora": true                         | 'use_dora' is true
            , "init_lora_weights": "pissa_niter_4"     | begun by 'pissa_niter_4', which changes the model's own weights
            , "init_lora_weights": "OLoRA"             | begun by 'OLoRA'
            , "use_qalora": true                       | uses 'use_qalora'
            , "trainable_token_indices": [1, 2]        | uses 'trainable_token_indices'
            """)
    void settingsThatCannotBeFollowedAreRefused(String settings, String message) {
        refused(settings, DENSE, message);
    }

    @Test
    void settingsThatChangeNoArithmeticAreRead() {
        read(", \"init_lora_weights\": \"gaussian\", \"alpha_pattern\": null, \"use_dora\": false", DENSE);
        read(", \"init_lora_weights\": true, \"eva_config\": {\"rho\": 2}", DENSE);
    }

    @Test
    void matricesThatDoNotFitAreRefused() {
        refused(
                "",
                Map.of("dense.lora_A.weight", new Shape(2, 6), "dense.lora_B.weight", new Shape(5, 3)),
                "don't fit");
        refused("", Map.of("dense.lora_A.weight", new Shape(12), "dense.lora_B.weight", new Shape(5, 2)), "don't fit");
        refused(
                "",
                Map.of("dense.lora_A.weight", new Shape(0, 6), "dense.lora_B.weight", new Shape(5, 0)),
                "don't fit");
        refused("", Map.of("dense.lora_A.weight", new Shape(2, 6)), "dense.lora_B.weight");
        refused("", Map.of("dense.lora_B.weight", new Shape(5, 2)), "has no A beside it");
        refused("", dense("block.dense.lora_B.bias", 4), "4 biases can't be of 5 outputs");
        refused("", dense("other.lora_B.bias", 5), "has no A beside it");
        refused("", dense("block.dense.lora_magnitude_vector", 5), "'use_dora' is false");
        refused(", \"use_dora\": true", dense("block.dense.lora_magnitude_vector", 4), "4 lengths can't be of 5");
        refused("", dense("block.dense.lora_E", 2, 1), "isn't known");
        refused("", dense("block.dense.base_layer.lora_A.weight", 2, 6), "lora_B");
        refused("", Map.of(), "holds no weights");
    }

    @Test
    void strangersPatternsAndNamesEnd() {
        String endless = "x".repeat(900);
        refused(", \"alpha_pattern\": {\"(.|x)*y\": 3}", pair("x".repeat(1001), 6, 5), "more than 1000 characters");
        refused(", \"alpha_pattern\": {\"(x+x+)+y\": 3}", pair(endless, 6, 5), "takes too long");
        assertThat(read(", \"alpha_pattern\": {\"(.|x)*y\": 3}", pair(endless, 6, 5))
                        .modules())
                .containsExactly(endless);
    }

    @Test
    void theFirstPatternThatALayersNameEndsWithGivesItsAlpha() {
        Map<String, Shape> shapes = new LinkedHashMap<>(DENSE);
        shapes.putAll(pair("predense", 6, 5));
        PeftAdapter adapter = read(", \"alpha_pattern\": {\"block.dense\": 3, \"dense\": 5}", shapes);
        assertThat(adapter.layers().get("block.dense").scaling()).isEqualTo(1.5);
        assertThat(adapter.layers().get("predense").scaling()).isEqualTo(2);
    }

    /** PEFT swaps the change of a Conv1D alone, whatever the config says of a model's other layers. */
    @Test
    void ofSquareWeightsThoseOfConv1dAreSwapped() {
        Map<String, Shape> shapes = pair("block.c_proj", 6, 6);
        float[] asStored = changeOf("block.c_proj", read("", shapes), Map.of());
        float[] swapped = changeOf("block.c_proj", read(", \"fan_in_fan_out\": true", shapes), Map.of());
        for (int i = 0; i < 36; i++) {
            assertThat(swapped[i]).isCloseTo(asStored[i % 6 * 6 + i / 6], within(1e-6f));
        }
        assertThat(swapped).isNotEqualTo(asStored);
        PeftAdapter linear = read(", \"fan_in_fan_out\": true", pair("query", 6, 6));
        assertThat(changeOf("query", linear, Map.of()))
                .containsExactly(linear.layers().get("query").delta(), within(1e-6f));
    }

    /** In a model with linear layers, too, PEFT's flag tells only what the last changed layer was. */
    @Test
    void kinOfASquareWeightTellsThatItIsSwapped() {
        PeftAdapter adapter = read("", pair("block.c_proj", 6, 6));
        Map<String, Shape> conv1d = Map.of("block.c_fc.weight", new Shape(6, 8), "block.c_fc.bias", new Shape(8));
        Map<String, Shape> linear = Map.of("block.c_fc.weight", new Shape(8, 6), "block.c_fc.bias", new Shape(8));
        float[] delta = adapter.layers().get("block.c_proj").delta();
        assertThat(changeOf("block.c_proj", adapter, linear)).containsExactly(delta, within(1e-6f));
        float[] swapped = changeOf("block.c_proj", adapter, conv1d);
        for (int i = 0; i < 36; i++) {
            assertThat(swapped[i]).isCloseTo(delta[i % 6 * 6 + i / 6], within(1e-6f));
        }
    }

    /** How much a square weight is changed. */
    private float[] changeOf(String module, PeftAdapter adapter, Map<String, Shape> kin) {
        Map<String, Shape> shapes = new LinkedHashMap<>(kin);
        shapes.put(module + ".weight", new Shape(6, 6));
        Path file = Tiny.write(folder.resolve("model.safetensors"), shapes);
        try (Checkpoint base = Checkpoint.open(file)) {
            float[] before = base.tensor(module + ".weight").floats();
            float[] after = adapter.mergedInto(base).tensor(module + ".weight").floats();
            for (int i = 0; i < after.length; i++) {
                after[i] -= before[i];
            }
            return after;
        }
    }

    @Test
    void aFolderWithoutAnAdapterLeadsToTheOneInside() {
        Path without = folder.resolve("model");
        Path inside = Tiny.adapter(without.resolve("adapter"), LORA.formatted(""), DENSE);
        assertThatThrownBy(() -> PeftAdapter.read(without))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("There is no adapter in this folder.\n  file: " + without.resolve("adapter_config.json")
                        + "\n  try:  " + inside);
        assertThatThrownBy(() -> PeftAdapter.read(folder)).hasMessageEndingWith("the folder of a PEFT adapter.");
    }

    @Test
    void anotherModelsAdapterIsNotMerged() {
        notMerged("", pair("block.dense", 5, 6), "as a layer of 5 inputs and 6 outputs");
        notMerged("", pair("block.sparse", 6, 5), "changes 'block.sparse', which the checkpoint");
        notMerged(", \"use_dora\": false", pair("classifier", 5, 4), "5 inputs and 4 outputs");
        notMerged(
                "",
                Map.of("words.lora_embedding_A", new Shape(2, 6), "words.lora_embedding_B", new Shape(7, 2)),
                "6 inputs");
    }

    private void notMerged(String settings, Map<String, Shape> shapes, String message) {
        PeftAdapter adapter = read(settings, shapes);
        try (Checkpoint base = Checkpoint.open(Tiny.checkpoint(folder))) {
            assertThatThrownBy(() -> adapter.mergedInto(base))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(message)
                    .hasMessageContaining("that it was made for");
        }
    }
}
