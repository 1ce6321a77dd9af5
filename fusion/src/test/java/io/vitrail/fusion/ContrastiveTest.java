package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.NativeMemory;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a checkpoint with two towers must hold, and what tasks with it leave behind. */
@Timeout(300)
class ContrastiveTest {
    private static final String WEIGHTS = "model.safetensors";

    @TempDir
    private Path folder;

    private Path copy(String name) throws IOException {
        try (var files = Files.list(Goldens.folder(name))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName().toString()));
            }
        }
        return folder;
    }

    private Path withConfig(String name, Consumer<ObjectNode> change) throws IOException {
        Path config = copy(name).resolve("config.json");
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode json = (ObjectNode) mapper.readTree(config.toFile());
        change.accept(json);
        mapper.writeValue(config.toFile(), json);
        return folder;
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> ImageTextEmbedder.load(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message);
    }

    @Test
    void theScaleHasToBeThere() throws IOException {
        Path weights = copy("clip/quick_gelu").resolve(WEIGHTS);
        String bytes = Files.readString(weights, StandardCharsets.ISO_8859_1);
        Files.writeString(weights, bytes.replace("\"logit_scale\"", "\"logit_score\""), StandardCharsets.ISO_8859_1);
        assertRefused("logit_scale");
        assertRefused("logit_score");
    }

    @Test
    void everyWeightOfTheTowersHasToBeKnown() throws IOException {
        Path weights = copy("siglip/base").resolve(WEIGHTS);
        String bytes = Files.readString(weights, StandardCharsets.ISO_8859_1);
        Files.writeString(
                weights,
                bytes.replace("\"text_model.final_layer_norm.bias\"", "\"text_model.finer_layer_norm.bias\""),
                StandardCharsets.ISO_8859_1);
        assertRefused("text_model.final_layer_norm.bias");
        assertRefused("text_model.finer_layer_norm.bias");
    }

    @Test
    void towersOfDifferentWidthCantBeCompared() throws IOException {
        withConfig("siglip/base", json -> ((ObjectNode) json.get("text_config")).put("projection_size", 16));
        assertRefused("vision_config.hidden_size (32) and text_config.projection_size (16) must be equal.");
    }

    @Test
    void aPictureTowerWithoutHeadMakesNothingToCompare() throws IOException {
        withConfig("siglip/base", json -> ((ObjectNode) json.get("vision_config")).put("vision_use_head", false));
        assertRefused("vision_use_head false");
    }

    @Test
    void aConfigThatNamesAnotherClassIsRefused() throws IOException {
        Path other = withConfig(
                "clip/quick_gelu", json -> json.putArray("architectures").add("CLIPForImageClassification"));
        assertThatThrownBy(() -> ImageTextEmbedder.load(other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CLIPForImageClassification")
                .hasMessageContaining("isn't for comparing pictures with texts");
    }

    private static void call(String name, ZeroShotClassifier classifier, ImageTextEmbedder embedder) {
        classifier.classify(Recorded.pictures(name));
        classifier.withLabels(List.of("a dog"), PromptTemplates.none()).classify(Recorded.pictures(name));
        embedder.embedImages(Recorded.pictures(name));
        embedder.embedText("a cat");
    }

    @Test
    void callsLeaveNoArraysBehind() {
        for (String name : List.of("clip/quick_gelu", "siglip/base")) {
            Recorded.embedder(name).close(); // kernels stay, once they are made
            Set<String> before = NativeMemory.arrays();
            try (ZeroShotClassifier classifier = ZeroShotClassifier.load(Goldens.folder(name), List.of("a cat"));
                    ImageTextEmbedder embedder = Recorded.embedder(name)) {
                call(name, classifier, embedder);
                Set<String> loaded = NativeMemory.arrays();
                call(name, classifier, embedder);
                assertThat(NativeMemory.arrays()).isSubsetOf(loaded);
            }
            assertThat(NativeMemory.arrays()).isSubsetOf(before);
        }
    }
}
