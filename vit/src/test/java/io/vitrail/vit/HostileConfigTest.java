package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers that no model has are refused before anything of their size is made. */
@Timeout(20)
class HostileConfigTest {
    private static final int HUGE = 2_000_000_000;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "vit/model        | num_hidden_layers   | depth (2000000000) must be from 0 to 1000",
                "dinov3_vit/model | num_hidden_layers   | depth (2000000000) must be from 0 to 1000",
                "dinov3_vit/model | hidden_size         | width (2000000000) must be at most 65536",
                "beit/plain       | hidden_size         | width (2000000000) must be at most 65536",
                "dinov2/model_mlp | num_attention_heads | width (32) must be divisible by heads (2000000000)",
                "swin/model       | embed_dim           | width (2000000000) must be at most 65536",
                "swin/model       | image_size          | an image of 2000000000 × 2000000000 is larger than 32768 × 32768",
                "clip_vision/gray | num_channels        | channels (2000000000) must be from 1 to 32768",
            })
    void hugeSizesAreRefused(String name, String key, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> load(name, config -> config.put(key, HUGE)))
                .withMessage(message);
    }

    @ParameterizedTest
    @CsvSource({
        "vit/model,           intermediate_size",
        "dinov2_registers/swiglu, num_register_tokens",
        "beit/masked_mean,    vocab_size",
        "vit/gray,            pooler_output_size",
    })
    void hugeSizesThatTheWeightsDoNotHaveAreRefused(String name, String key) {
        assertThatThrownBy(() -> load(name, config -> config.put(key, HUGE)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The weights don't fit the model: ");
    }

    @ParameterizedTest
    @ValueSource(ints = {40_000, HUGE})
    void productsBeyondAllNumbersAreRefused(int window) {
        assertThatThrownBy(() -> load("swin/model", config -> config.put("window_size", window)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("config.json has numbers that are too large together: ");
    }

    @Test
    void swinHasFewStagesAndBlocks() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> load("swin/model", config -> put(config, 500_000, 1)))
                .withMessage("Swin needs as many depths as num_heads, one of each per stage, 1 to 8,"
                        + " not 500000 and 500000.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> load("swin/model", config -> put(config, 2, 501)))
                .withMessage("Swin may have 1000 blocks in all, not 1002.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> load("swin/model", config -> put(config, 2, HUGE)))
                .withMessage("Swin may have 1000 blocks in all, not 4000000000.");
    }

    private static void put(ObjectNode config, int stages, int depth) {
        Collections.nCopies(stages, depth).forEach(config.putArray("depths")::add);
        Collections.nCopies(stages, 1).forEach(config.putArray("num_heads")::add);
    }

    private void load(String name, Consumer<ObjectNode> change) throws IOException {
        ObjectNode config =
                JsonFile.read(Goldens.folder(name).resolve("config.json")).deepCopy();
        change.accept(config);
        Files.writeString(folder.resolve("config.json"), config.toString());
        Path weights = folder.resolve("model.safetensors");
        Files.deleteIfExists(weights);
        Files.copy(Goldens.folder(name).resolve("model.safetensors"), weights);
        DjlEngine.get();
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            VisionModels.load(checkpoint, ReadableOperations.INSTANCE, Device.cpu())
                    .close();
        }
    }
}
