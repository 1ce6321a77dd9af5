package io.vitrail.transformer.lora;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.SafeTensorsWriter;
import io.vitrail.transformer.weights.StorageType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Adapters of rank 2 that were never trained. */
public final class Adapters {
    private Adapters() {}

    /**
     * An adapter of some of a checkpoint's linear layers.
     *
     * @param folder to be made
     * @param ending what the layers' names end in
     * @param seed of what it changes
     */
    public static PeftAdapter of(Path base, String ending, int seed, Path folder) {
        Map<String, NDArray> weights = new TreeMap<>();
        try (Checkpoint checkpoint = Checkpoint.open(base);
                NDManager manager = DjlEngine.newManager(Device.cpu())) {
            manager.getEngine().setRandomSeed(seed);
            for (String name : checkpoint.names()) {
                if (name.endsWith(ending + ".weight")) {
                    long[] shape = checkpoint.tensor(name).shape();
                    String module = "base_model.model." + name.substring(0, name.length() - ".weight".length());
                    weights.put(module + ".lora_A.weight", manager.randomNormal(new Shape(2, shape[1])));
                    weights.put(module + ".lora_B.weight", manager.randomNormal(new Shape(shape[0], 2)));
                }
            }
            Files.createDirectories(folder);
            Files.writeString(
                    folder.resolve("adapter_config.json"), "{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 2}");
            SafeTensorsWriter.write(folder.resolve("adapter_model.safetensors"), weights, StorageType.F32, Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return PeftAdapter.read(folder);
    }
}
