package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.FaultyDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A checkpoint is saved again on a disk that is full before it is written. */
class FullDiskTest {
    @TempDir
    private Path folder;

    private static void write(Path file, StorageType floats, float value) {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            NDArray matrix = manager.full(new Shape(7, 5), value);
            Map<String, NDArray> weights = Map.of("a", matrix, "b", matrix, "count", manager.create(new long[] {3}));
            SafeTensorsWriter.write(file, weights, floats, Map.of());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16"})
    void weightsThatDontFitLeaveTheLastOnesAsTheyWere(StorageType floats) throws IOException {
        Path file = folder.resolve("model.safetensors");
        write(file, floats, 1);
        byte[] before = Files.readAllBytes(file);
        for (int space = 0; space < before.length; space++) {
            Path full = FaultyDisk.full(folder, space).resolve("model.safetensors");
            assertThatThrownBy(() -> write(full, floats, 2))
                    .isInstanceOf(CheckpointException.class)
                    .hasRootCauseMessage("No space left on device")
                    .hasMessage("The file cannot be written: java.io.IOException: No space left on device.\n"
                            + "  file: " + file + "\n  try:  check its folder and the space on the disk.");
            assertThat(file).hasBinaryContent(before);
            assertThat(folder.toFile().list()).containsExactly("model.safetensors");
        }
        write(FaultyDisk.full(folder, before.length).resolve("model.safetensors"), floats, 2);
        try (SafeTensors saved = SafeTensors.open(file)) {
            assertThat(saved.tensor("b").floats()).hasSize(35).containsOnly(2);
        }
    }

    @Test
    void jsonThatDoesntFitLeavesTheLastAsItWas() {
        Path file = folder.resolve("config.json");
        ReplacedFile.write(file, "{}".getBytes());
        Path full = FaultyDisk.full(folder, 5).resolve("config.json");
        assertThatThrownBy(() -> ReplacedFile.write(full, "{\"a\": 1}".getBytes()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("check its folder and the space on the disk.");
        assertThat(file).hasContent("{}");
        assertThat(folder.toFile().list()).containsExactly("config.json");
    }
}
