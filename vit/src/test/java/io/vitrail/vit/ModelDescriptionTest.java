package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.StorageType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is told of a checkpoint without loading it. */
class ModelDescriptionTest {
    @TempDir
    private Path folder;

    static List<Path> checkpoints() {
        return Goldens.folders();
    }

    @ParameterizedTest
    @MethodSource("checkpoints")
    void everyGoldenCheckpointIsKnownAndFits(Path checkpoint) {
        ModelDescription model = ModelDescription.of(checkpoint);
        assertThat(model.architecture()).isPresent();
        assertThat(model.problems()).allMatch(problem -> problem.contains("preprocessor_config.json"));
        VisionArchitecture architecture = model.architecture().get();
        assertThat(architecture.sizes()).containsKeys("imageHeight", "imageWidth", "patchHeight", "tokens");
        assertThat(architecture.sizes().get("depth")).isBetween(1L, 9L);
        long stored = model.weights().orElseThrow().numbers().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        assertThat(architecture.size().parameters()).isBetween(stored / 10, stored);
        assertThat(architecture.size().bytesInBfloat16())
                .isGreaterThan(architecture.size().bytesInFloat32() / 2)
                .isLessThan(architecture.size().bytesInFloat32());
    }

    @Test
    void sizesOfViTBaseAreThoseOfThePaper() throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                "{\"model_type\": \"vit\", \"architectures\": [\"ViTForImageClassification\"], \"num_labels\": 1000}");
        VisionArchitecture model = ModelDescription.of(folder).architecture().orElseThrow();
        assertThat(model.sizes())
                .containsAllEntriesOf(
                        Map.of("tokens", 197L, "width", 768L, "depth", 12L, "heads", 12L, "mlpWidth", 3072L));
        assertThat(model.size().parameters()).isEqualTo(86_567_656); // as transformers counts them
        assertThat(model.size().bytesInFloat32()).isEqualTo(4 * 86_567_656L);
        long matrices = 12L * (4 * 768 * 768 + 2 * 768 * 3072);
        assertThat(model.size().bytesInBfloat16()).isEqualTo(4 * 86_567_656L - 2 * matrices);
        assertThat(model.labels()).hasSize(1000);
        assertThat(model.tasks()).containsExactly("classify", "embed", "attention");
    }

    @Test
    void theEmbeddedModelIsOneOfThem() {
        ModelDescription model = ModelDescription.embedded();
        assertThat(model.type()).isEqualTo("hybrid_vit");
        assertThat(model.problems()).isEmpty();
        assertThat(model.weights().orElseThrow().numbers()).containsOnlyKeys(StorageType.F16);
        assertThat(model.architecture().orElseThrow().labels()).hasSize(20);
        assertThat(model.processor()).isPresent();
    }

    @Test
    void anUnknownFamilyIsToldWithTheKnownOnes() throws IOException {
        Files.copy(
                Goldens.folder("vit/classification").resolve("model.safetensors"), folder.resolve("model.safetensors"));
        Files.writeString(
                folder.resolve("config.json"), "{\"model_type\": \"resnet\", \"architectures\": [\"ResNetModel\"]}");
        Files.writeString(folder.resolve("README.md"), "---\nlicense: mit\n---\n");
        ModelDescription model = ModelDescription.of(folder);
        assertThat(model.type()).isEqualTo("resnet");
        assertThat(model.className()).contains("ResNetModel");
        assertThat(model.architecture()).isEmpty();
        assertThat(model.weights()).isPresent();
        assertThat(model.licence()).contains("mit");
        assertThat(model.problems().get(0))
                .startsWith("Model type 'resnet' is no vision model that is supported here; supported: [beit, ");
    }

    @Test
    void weightsThatDoNotFitAreAProblem() throws IOException {
        Files.copy(
                Goldens.folder("vit/classification").resolve("model.safetensors"), folder.resolve("model.safetensors"));
        String config = Files.readString(Goldens.folder("vit/classification").resolve("config.json"));
        Files.writeString(
                folder.resolve("config.json"), config.replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3"));
        ModelDescription model = ModelDescription.of(folder);
        assertThat(model.architecture()).isPresent();
        assertThat(model.problems().get(0)).startsWith("The weights don't fit the model: 16 missing, 0 left over");
    }

    @Test
    void aFolderWithoutConfigHasNothingToTell() {
        assertThat(Checkpoint.isIn(folder)).isFalse();
        assertThatThrownBy(() -> ModelDescription.of(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("The file does not exist.\n  file: " + folder.resolve("config.json")
                        + "\n  try:  check the path, or download the checkpoint again.");
    }

    @Test
    void openClipsConfigServesWhereThereIsNoOther() throws IOException {
        Files.copy(
                Goldens.folder("open_clip/clip").resolve("open_clip_config.json"),
                folder.resolve("open_clip_config.json"));
        assertThat(ModelDescription.of(folder).type()).isEqualTo("open_clip");
    }
}
