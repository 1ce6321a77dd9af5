package io.vitrail.transformer.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests of weight tables share: a folder with a checkpoint, and the sizes of a model. */
abstract class LoadedTables {
    static final Map<String, Long> SIZES = Map.of("width", 3L, "labels", 2L);

    @TempDir
    Path folder;

    NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    NDArray floats(float... values) {
        return manager.create(values);
    }

    Path file() {
        return folder.resolve("model.safetensors");
    }

    void write(Map<String, NDArray> weights) {
        SafeTensorsWriter.write(file(), weights, StorageType.F32, Map.of("format", "pt"));
    }

    void load(WeightTable table, String base, Holder model) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            table.load(checkpoint, base, model, SIZES, manager);
        }
    }
}
