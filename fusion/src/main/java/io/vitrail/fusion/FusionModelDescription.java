package io.vitrail.fusion;

import io.vitrail.text.TextModelDescription;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.transformer.weights.LoadingProblems;
import io.vitrail.transformer.weights.ModelCard;
import io.vitrail.transformer.weights.ModelCatalogue;
import io.vitrail.transformer.weights.StoredWeights;
import io.vitrail.vit.VisionModels;
import io.vitrail.vit.image.ImageProcessor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the folder of a checkpoint of pictures and texts holds, told by its config, its tokenizer and the headers of its
 * weights; no weight is read, and no engine is started.
 *
 * @param type the family: the config's model_type
 * @param className the class of the reference that the weights are of, if the config says it
 * @param architecture empty if the model isn't supported
 * @param weights empty if the folder has none
 * @param processor what is done to pictures, in words; empty if the folder doesn't say it
 * @param tokenizer in words; empty if the folder has none that can be read
 * @param licence that the model's card states
 * @param problems why the checkpoint can't be loaded; none if it can
 */
public record FusionModelDescription(
        String type,
        Optional<String> className,
        Optional<FusionArchitecture> architecture,
        Optional<StoredWeights> weights,
        Optional<String> processor,
        Optional<String> tokenizer,
        Optional<String> licence,
        List<String> problems) {
    private static final List<String> CONFIGS = List.of("config.json", "open_clip_config.json");

    /** Whether a folder's config is of a model of pictures and texts, and not of one of its towers alone. */
    public static boolean covers(Path folder) {
        return configFile(folder)
                .map(file -> new ConfigJson(JsonFile.read(file)))
                .filter(config -> FusionModels.types().contains(ModelCatalogue.type(config)))
                .filter(config -> !isTower(config))
                .isPresent();
    }

    private static boolean isTower(ConfigJson config) {
        boolean whole = Stream.of(FusionTask.values()).anyMatch(task -> FusionModels.isFor(config, task));
        return !whole && VisionModels.types().contains(ModelCatalogue.type(config));
    }

    private static Optional<Path> configFile(Path folder) {
        if (Checkpoint.isIn(folder)) {
            try (Checkpoint checkpoint = Checkpoint.open(folder)) {
                return Optional.of(checkpoint.configFile()).filter(Files::exists);
            }
        }
        return CONFIGS.stream().map(folder::resolve).filter(Files::exists).findFirst();
    }

    /**
     * Describes a folder, with or without weights.
     *
     * @throws CheckpointException if it has no config, or a file is damaged; a checkpoint that is whole but can't be
     *     loaded here has {@link #problems()}
     */
    public static FusionModelDescription of(Path folder) {
        Path file = configFile(folder).orElse(folder.resolve(CONFIGS.get(0)));
        ConfigJson config = new ConfigJson(JsonFile.read(file));
        if (!Checkpoint.isIn(folder)) {
            return of(folder, config, Optional.empty());
        }
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return of(folder, config, Optional.of(checkpoint));
        }
    }

    private static FusionModelDescription of(Path folder, ConfigJson config, Optional<Checkpoint> checkpoint) {
        LoadingProblems problems = new LoadingProblems();
        String type = ModelCatalogue.type(config);
        Optional<FusionModel> model = problems.model(() -> FusionModels.create(config), checkpoint);
        return new FusionModelDescription(
                type,
                FusionModels.className(config, Set.of()),
                model.map(empty -> FusionArchitecture.of(empty, FusionModels.task(config), type)),
                checkpoint.map(StoredWeights::of),
                problems.attempt(() -> ImageProcessor.load(folder).toString()),
                problems.attempt(() -> TextModelDescription.tokenizerIn(folder)),
                ModelCard.in(folder).licence(),
                problems.messages());
    }
}
