package io.vitrail.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * What sentence-transformers writes beside a checkpoint: how tokens are pooled ({@code 1_Pooling/config.json}), and how long
 * texts may be ({@code sentence_bert_config.json}).
 *
 * @param maxTokens of a text, if the checkpoint says
 * @param lowerCase whether texts are written in small letters first
 */
record SentenceSettings(OptionalInt maxTokens, boolean lowerCase) {
    private static final Map<String, TextPooling> MODES = Map.of(
            "pooling_mode_cls_token", TextPooling.FIRST,
            "pooling_mode_mean_tokens", TextPooling.MEAN,
            "pooling_mode_max_tokens", TextPooling.MAX);
    private static final Set<String> MODULES = Set.of("Transformer", "Pooling", "Normalize");

    /**
     * Reads what is there.
     *
     * @throws CheckpointException if a file is damaged, or asks for what can't be done here
     */
    static SentenceSettings read(Path folder) {
        checkModules(folder.resolve("modules.json"));
        Path sentence = folder.resolve("sentence_bert_config.json");
        JsonNode lengths = Files.exists(sentence) ? JsonFile.read(sentence) : null;
        int most = lengths == null ? 0 : lengths.path("max_seq_length").asInt(0);
        return new SentenceSettings(
                most > 0 ? OptionalInt.of(most) : OptionalInt.empty(),
                lengths != null && lengths.path("do_lower_case").asBoolean(false));
    }

    private static void checkModules(Path file) {
        if (!Files.exists(file)) {
            return;
        }
        for (JsonNode module : JsonFile.readList(file)) {
            String type = module.path("type").asText("");
            String name = type.substring(type.lastIndexOf('.') + 1);
            if (!MODULES.contains(name)) {
                throw CheckpointException.of(
                        "The module '" + type + "' isn't supported; supported: " + new TreeSet<>(MODULES) + ".",
                        file,
                        "use a checkpoint without it: its vectors would be others.");
            }
        }
    }

    /**
     * The pooling that the model was trained for, if the checkpoint says.
     *
     * @throws CheckpointException if it isn't supported
     */
    static Optional<TextPooling> pooling(Path folder) {
        Path file = folder.resolve("1_Pooling").resolve("config.json");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Set<String> asked = new TreeSet<>();
        JsonFile.read(file).properties().forEach(entry -> {
            if (entry.getKey().startsWith("pooling_mode_") && entry.getValue().asBoolean(false)) {
                asked.add(entry.getKey());
            }
        });
        TextPooling pooling = asked.size() == 1 ? MODES.get(asked.iterator().next()) : null;
        if (pooling == null) {
            throw CheckpointException.of(
                    "The pooling " + asked + " isn't supported; supported is one of " + new TreeSet<>(MODES.keySet())
                            + ".",
                    file,
                    "choose a pooling in TextEmbedder.Options, if the model fits it.");
        }
        return Optional.of(pooling);
    }
}
