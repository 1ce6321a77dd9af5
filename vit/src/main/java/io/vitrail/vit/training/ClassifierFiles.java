package io.vitrail.vit.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.lora.LoraTraining;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.transformer.weights.ReplacedFile;
import io.vitrail.transformer.weights.SafeTensorsWriter;
import io.vitrail.transformer.weights.StorageType;
import io.vitrail.vit.VisionModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a fine-tuned classifier is saved as: config.json, the processor's file as the source has it, a card, and the
 * weights by the reference's names, in float32.
 *
 * @param source what it was before
 * @param processor content of the source's file
 * @param processorFile its name
 * @param indexes what is stored beside the weights
 */
record ClassifierFiles(
        Source source, ObjectNode config, byte[] processor, String processorFile, Map<String, NDArray> indexes) {
    /** Where a PEFT adapter lies beside the checkpoint that it is merged into. */
    static final String ADAPTER = "adapter";

    private static final String WEIGHTS = "model.safetensors";
    private static final Map<String, String> METADATA = Map.of("format", "pt"); // transformers insists on it

    /** A checkpoint, by its name and where it is. */
    record Source(String name, Path folder) {}

    /** Takes the processor's file from a checkpoint's folder. */
    static ClassifierFiles of(Source source, ObjectNode config, Map<String, NDArray> indexes) {
        Path file = List.of("preprocessor_config.json", "processor_config.json").stream()
                .map(source.folder::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> CheckpointException.of(
                        "The checkpoint has no preprocessor_config.json, which says how pictures are processed.",
                        source.folder,
                        "download it from where the weights come from."));
        try {
            return new ClassifierFiles(
                    source, config, Files.readAllBytes(file), file.getFileName().toString(), indexes);
        } catch (IOException e) {
            throw CheckpointException.of("The file cannot be read: " + e + ".", file, "check its permissions.", e);
        }
    }

    /**
     * The weights come last: who reads them finds the other files.
     *
     * @param adapter is merged into them, and saved beside them in the folder {@link #ADAPTER}
     */
    void save(VisionModel model, Path folder, String card, Optional<LoraTraining> adapter) {
        JsonFile.write(folder.resolve("config.json"), config);
        ReplacedFile.write(folder.resolve(processorFile), processor);
        ReplacedFile.write(folder.resolve("README.md"), card.getBytes(StandardCharsets.UTF_8));
        adapter.ifPresentOrElse(
                change -> saveMerged(model, change, folder), () -> saveWeights(model, folder.resolve(WEIGHTS)));
    }

    private void saveWeights(VisionModel model, Path file) {
        Map<String, NDArray> stored = model.weightTable().stored(model.basePrefix(), model, model.sizes());
        List<NDArray> views = List.copyOf(stored.values());
        try {
            indexes.forEach(stored::putIfAbsent);
            SafeTensorsWriter.write(file, stored, StorageType.F32, METADATA);
        } finally {
            views.forEach(NDArray::close);
        }
    }

    /** By way of the weights without the change, which are deleted afterwards. */
    private void saveMerged(VisionModel model, LoraTraining adapter, Path folder) {
        Path beside = folder.resolve(ADAPTER);
        Path plain = beside.resolve("unmerged.safetensors");
        try {
            Files.createDirectories(beside);
            adapter.save(beside, source.name);
            try {
                saveWeights(model, plain);
                merge(plain, PeftAdapter.read(beside), folder.resolve(WEIGHTS));
            } finally {
                Files.deleteIfExists(plain);
            }
        } catch (IOException e) {
            throw CheckpointException.of(
                    "The adapter cannot be written: " + e + ".",
                    beside,
                    "check its folder and the space on the disk.",
                    e);
        }
    }

    private static void merge(Path plain, PeftAdapter adapter, Path file) {
        try (Checkpoint unmerged = Checkpoint.open(plain);
                NDManager scope = DjlEngine.newManager(Device.cpu())) {
            Checkpoint merged = adapter.mergedInto(unmerged);
            Map<String, NDArray> tensors = new TreeMap<>();
            merged.names().forEach(name -> tensors.put(name, merged.tensor(name).toArray(scope)));
            SafeTensorsWriter.write(file, tensors, StorageType.F32, METADATA);
        }
    }
}
