package io.vitrail.text.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.TextToTextModel;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.StorageType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A trained Transformer as a checkpoint in the Hugging Face layout. */
record SavedTransformer(Path folder, CharacterTokenizer vocabulary, TransformerRecipe recipe) {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** All but the weights. */
    void saveTexts() {
        Map<String, ObjectNode> files = Map.of(
                "config.json", recipe.configJson(vocabulary.size()),
                "generation_config.json", recipe.generationJson(),
                "tokenizer.json", vocabulary.json(),
                "tokenizer_config.json", vocabulary.configJson());
        try {
            Files.createDirectories(folder);
            for (Map.Entry<String, ObjectNode> file : files.entrySet()) {
                Files.writeString(folder.resolve(file.getKey()), MAPPER.writeValueAsString(file.getValue()) + "\n");
            }
        } catch (IOException e) {
            throw CheckpointException.of(
                    "Cannot write the model: " + e, folder, "give a folder that you may write to.", e);
        }
    }

    void saveWeights(TextToTextModel network) {
        Path file = folder.resolve("model.safetensors");
        network.weightTable().save(file, StorageType.F32, network.basePrefix(), network, network.sizes());
    }
}
