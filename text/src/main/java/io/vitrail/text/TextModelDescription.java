package io.vitrail.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.transformer.weights.LoadingProblems;
import io.vitrail.transformer.weights.ModelCard;
import io.vitrail.transformer.weights.StoredWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the folder of a text model's checkpoint holds, told by its config, its tokenizer and the headers of its weights;
 * no weight is read, and no engine is started.
 *
 * @param type the family: the config's model_type
 * @param className the class of the reference that the weights are of, if the config says it
 * @param architecture empty if the model isn't supported
 * @param weights empty if the folder has none
 * @param tokenizer in words; empty if the folder has none that can be read
 * @param licence that the model's card states
 * @param problems why the checkpoint can't be loaded; none if it can
 */
public record TextModelDescription(
        String type,
        Optional<String> className,
        Optional<TextArchitecture> architecture,
        Optional<StoredWeights> weights,
        Optional<String> tokenizer,
        Optional<String> licence,
        List<String> problems) {
    /**
     * Describes a folder, with or without weights.
     *
     * @throws CheckpointException if it has no config, or a file is damaged; a checkpoint that is whole but can't be
     *     loaded here has {@link #problems()}
     */
    public static TextModelDescription of(Path folder) {
        if (!Checkpoint.isIn(folder)) {
            return of(folder, JsonFile.read(folder.resolve("config.json")), Optional.empty());
        }
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return of(folder, checkpoint.config(), Optional.of(checkpoint));
        }
    }

    private static TextModelDescription of(Path folder, JsonNode json, Optional<Checkpoint> checkpoint) {
        ConfigJson config = new ConfigJson(json);
        Optional<String> className = config.texts("architectures").stream().findFirst();
        LoadingProblems problems = new LoadingProblems();
        Optional<TextTask> task = problems.attempt(() -> TextModels.task(config, className.orElse("none"), checkpoint));
        Optional<TextModel> model =
                task.flatMap(its -> problems.model(() -> TextModels.create(config, its, TextModel.class), checkpoint));
        return new TextModelDescription(
                config.text("model_type", ""),
                className,
                model.map(empty -> TextArchitecture.of(empty, task.orElseThrow())),
                checkpoint.map(StoredWeights::of),
                problems.attempt(() -> tokenizerIn(folder)),
                ModelCard.in(folder).licence(),
                problems.messages());
    }

    /**
     * What the tokenizer of a folder does, in words.
     *
     * @throws CheckpointException if there is none that can be read
     */
    public static String tokenizerIn(Path folder) {
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            List<String> parts = new ArrayList<>(List.of(tokenizer.vocabularySize() + " tokens"));
            tokenizer.specialTokens().named().forEach((kind, token) -> parts.add(kind + " " + token));
            tokenizer.modelMaxLength().ifPresent(length -> parts.add("rows of up to " + length));
            if (hasChatTemplate(tokenizer)) {
                parts.add("a chat template");
            }
            return String.join(", ", parts);
        }
    }

    private static boolean hasChatTemplate(Tokenizer tokenizer) {
        try {
            tokenizer.chatTemplate();
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
