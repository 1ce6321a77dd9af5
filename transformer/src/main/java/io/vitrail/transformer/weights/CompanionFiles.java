package io.vitrail.transformer.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What stands beside a checkpoint's weights and config: the files of processor, tokenizer and generation. A model that is made
 * of the checkpoint keeps them as they are.
 *
 * @param contents by name
 */
public record CompanionFiles(Map<String, byte[]> contents) {
    private static final int LARGEST = 64 << 20;
    private static final List<String> NAMES = List.of(
            "preprocessor_config.json",
            "processor_config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.txt",
            "vocab.json",
            "merges.txt",
            "spiece.model",
            "sentencepiece.bpe.model",
            "tokenizer.model",
            "chat_template.jinja",
            "chat_template.json");

    public CompanionFiles {
        contents = Collections.unmodifiableMap(new LinkedHashMap<>(contents));
    }

    /**
     * Those of a folder.
     *
     * @throws CheckpointException if one can't be read, or takes more than 64 MB
     */
    public static CompanionFiles in(Path folder) {
        Map<String, byte[]> contents = new LinkedHashMap<>();
        for (String name : NAMES) {
            Path file = folder.resolve(name);
            if (Files.isRegularFile(file)) {
                contents.put(name, read(file));
            }
        }
        return new CompanionFiles(contents);
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

    /**
     * Writes them, and removes those of the same kinds that another checkpoint left in the folder.
     *
     * @throws CheckpointException if it can't
     */
    public void save(Path folder) {
        for (String name : NAMES) {
            Path file = folder.resolve(name);
            if (contents.containsKey(name)) {
                ReplacedFile.write(file, contents.get(name));
            } else {
                delete(file);
            }
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw CheckpointException.of(
                    "Another checkpoint's file can't be removed: " + e + ".", file, "give a new folder.", e);
        }
    }
}
