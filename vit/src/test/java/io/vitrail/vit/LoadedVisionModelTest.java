package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A config.json that no model can be is a mistake of the file, and named with it, by whatever loads it. */
class LoadedVisionModelTest {
    @TempDir
    private Path folder;

    @Test
    void sizesThatDoNotFitNameTheFile() throws IOException {
        change("num_attention_heads", IntNode.valueOf(7));
        assertRefused("width (32) must be divisible by heads (7)");
    }

    @Test
    void anUnknownModelTypeNamesTheFile() throws IOException {
        change("model_type", TextNode.valueOf("quantum_vit"));
        assertRefused("Model type 'quantum_vit' is no vision model that is supported here; supported: [");
    }

    private void assertRefused(String what) {
        List<Runnable> loads = List.of(
                () -> ImageClassifier.load(folder),
                () -> ImageEmbedder.load(folder),
                () -> VisionBenchmark.load(folder, Compute.DEFAULT));
        for (Runnable load : loads) {
            assertThatThrownBy(load::run)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith(what)
                    .hasMessageEndingWith("\n  file: " + folder.resolve("config.json")
                            + "\n  try:  download the file again, or use a checkpoint of a supported model.");
        }
    }

    private void change(String key, JsonNode value) throws IOException {
        Path original = Goldens.folder("vit/classification");
        for (String file : List.of("model.safetensors", "preprocessor_config.json")) {
            Files.copy(original.resolve(file), folder.resolve(file));
        }
        ObjectNode config = (ObjectNode) JsonFile.read(original.resolve("config.json"));
        config.set(key, value);
        Files.writeString(folder.resolve("config.json"), config.toString());
    }
}
