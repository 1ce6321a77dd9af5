package io.vitrail.vit.training;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.transformer.weights.SafeTensorsWriter;
import io.vitrail.transformer.weights.StorageType;
import io.vitrail.vit.VisionModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/**
 * What a fine-tuned classifier is saved as: config.json, the processor's file as the source has it, a card, and the weights
 * by the reference's names, in float32.
 *
 * @param processor content of the source's file
 * @param processorFile its name
 * @param indexes what is stored beside the weights
 */
record ClassifierFiles(ObjectNode config, byte[] processor, String processorFile, Map<String, NDArray> indexes) {
    private static final Map<String, String> METADATA = Map.of("format", "pt"); // transformers insists on it

    /** Takes the processor's file from a checkpoint's folder. */
    static ClassifierFiles of(ObjectNode config, Path source, Map<String, NDArray> indexes) {
        Path file = List.of("preprocessor_config.json", "processor_config.json").stream()
                .map(source::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> CheckpointException.of(
                        "The checkpoint has no preprocessor_config.json, which says how pictures are processed.",
                        source,
                        "download it from where the weights come from."));
        try {
            return new ClassifierFiles(
                    config, Files.readAllBytes(file), file.getFileName().toString(), indexes);
        } catch (IOException e) {
            throw CheckpointException.of("The file cannot be read: " + e + ".", file, "check its permissions.", e);
        }
    }

    /** The weights come last: who reads them finds the other files. */
    void save(VisionModel model, Path folder, String card) {
        JsonFile.write(folder.resolve("config.json"), config);
        replace(folder.resolve(processorFile), processor);
        replace(folder.resolve("README.md"), card.getBytes(StandardCharsets.UTF_8));
        Map<String, NDArray> stored = model.weightTable().stored(model.basePrefix(), model, model.sizes());
        List<NDArray> views = List.copyOf(stored.values());
        try {
            indexes.forEach(stored::putIfAbsent);
            SafeTensorsWriter.write(folder.resolve("model.safetensors"), stored, StorageType.F32, METADATA);
        } finally {
            views.forEach(NDArray::close);
        }
    }

    private static void replace(Path file, byte[] content) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.write(part, content);
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw CheckpointException.of(
                    "The file cannot be written: " + e + ".", file, "check its folder and the space on the disk.", e);
        }
    }
}
