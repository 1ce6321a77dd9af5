package io.vitrail.fusion.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.transformer.weights.ReplacedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a fine-tuned model has beside its weights: config.json, and the files of processor, tokenizer and generation as
 * the checkpoint has them that it began with.
 *
 * @param others contents by name
 */
record LessonFiles(ObjectNode config, Map<String, byte[]> others) {
    private static final int LARGEST = 64 << 20;
    private static final List<String> NAMES = List.of(
            "preprocessor_config.json",
            "processor_config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "vocab.txt",
            "merges.txt",
            "spiece.model",
            "sentencepiece.bpe.model");

    static LessonFiles of(Checkpoint checkpoint) {
        ObjectNode config = checkpoint.config().deepCopy();
        config.remove("torch_dtype");
        config.put("dtype", "float32");
        Map<String, byte[]> others = new LinkedHashMap<>();
        for (String name : NAMES) {
            Path file = checkpoint.folder().resolve(name);
            if (Files.isRegularFile(file)) {
                others.put(name, read(file));
            }
        }
        return new LessonFiles(config, others);
    }

    private static byte[] read(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw CheckpointException.of(
                        "The file is larger than 64 MB.", file, "download it again from where the weights come from.");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw CheckpointException.of("The file cannot be read: " + e + ".", file, "check its permissions.", e);
        }
    }

    void save(Path folder, String card) {
        JsonFile.write(folder.resolve("config.json"), config);
        others.forEach((name, content) -> ReplacedFile.write(folder.resolve(name), content));
        ReplacedFile.write(folder.resolve("README.md"), card.getBytes(StandardCharsets.UTF_8));
    }
}
