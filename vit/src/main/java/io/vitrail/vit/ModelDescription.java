package io.vitrail.vit;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.transformer.weights.LoadingProblems;
import io.vitrail.transformer.weights.ModelCard;
import io.vitrail.transformer.weights.StoredWeights;
import io.vitrail.vit.image.ImageProcessor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a checkpoint's folder holds, told by its config and the headers of its weights; no weight is read, and no engine
 * is started.
 *
 * @param type the family: the config's model_type, {@code timm_wrapper} or {@code open_clip}; empty if it says none
 * @param className the class of the reference that the weights are of, if the config says it
 * @param architecture empty if the model isn't supported
 * @param weights empty if the folder has none
 * @param processor what is done to pictures, in words; empty if the folder doesn't say it
 * @param licence that the model's card states
 * @param problems why the checkpoint can't be loaded; none if it can
 */
public record ModelDescription(
        String type,
        Optional<String> className,
        Optional<VisionArchitecture> architecture,
        Optional<StoredWeights> weights,
        Optional<String> processor,
        Optional<String> licence,
        List<String> problems) {
    /**
     * Describes a folder, with or without weights.
     *
     * @throws CheckpointException if it has no config, or a file is damaged; a checkpoint that is whole but can't be
     *     loaded here has {@link #problems()}
     */
    public static ModelDescription of(Path folder) {
        if (!Checkpoint.isIn(folder)) {
            Path config = folder.resolve("config.json");
            Path openClip = folder.resolve("open_clip_config.json");
            boolean other = !Files.exists(config) && Files.exists(openClip);
            return of(folder, JsonFile.read(other ? openClip : config), Optional.empty());
        }
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return of(folder, checkpoint.config(), Optional.of(checkpoint));
        }
    }

    /** Describes the embedded model. */
    public static ModelDescription embedded() {
        try (EmbeddedCheckpoint files = EmbeddedCheckpoint.unpack()) {
            return of(files.folder());
        }
    }

    private static ModelDescription of(Path folder, JsonNode json, Optional<Checkpoint> checkpoint) {
        ConfigJson config = new ConfigJson(json);
        Optional<String> className = VisionModels.className(config);
        String named = className.orElse("none");
        LoadingProblems problems = new LoadingProblems();
        Optional<VisionModel> model = problems.model(
                () -> checkpoint
                        .map(stored -> VisionModels.create(stored, named))
                        .orElseGet(() -> VisionModels.create(config, named)),
                checkpoint);
        return new ModelDescription(
                VisionModels.type(config),
                className,
                model.map(VisionArchitecture::of),
                checkpoint.map(StoredWeights::of),
                problems.attempt(() -> ImageProcessor.load(folder).toString()),
                licence(folder, config),
                problems.messages());
    }

    private static Optional<String> licence(Path folder, ConfigJson config) {
        Optional<ConfigJson> timm = config.object("pretrained_cfg");
        return ModelCard.in(folder).licence().or(() -> timm.flatMap(json -> json.text("license")));
    }
}
