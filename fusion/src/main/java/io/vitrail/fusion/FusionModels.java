package io.vitrail.fusion;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.CheckpointModel;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.ModelCatalogue;
import io.vitrail.transformer.weights.ModelCatalogue.Architecture;
import io.vitrail.transformer.weights.ModelCatalogue.Entry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The catalogue of models of pictures and texts: the one place where an architecture is registered. */
public final class FusionModels {
    private static final Map<FusionTask, Architecture<FusionTask, FusionModel>> BLIP = Map.of(
            FusionTask.WRITING, BlipWriter::of,
            FusionTask.QUESTION_ANSWERING, BlipAnswerer::of,
            FusionTask.MATCHING, BlipMatcher::of);

    private static final ModelCatalogue<FusionTask, FusionModel> CATALOGUE = new ModelCatalogue<>(
            FusionTask.class,
            "model of pictures and texts",
            Map.of(),
            List.of(
                    new Entry<>("clip", "clip", Map.of("CLIPModel", FusionTask.COMPARING), Clip::of),
                    new Entry<>("siglip", "siglip", Map.of("SiglipModel", FusionTask.COMPARING), Siglip::of),
                    new Entry<>(
                            CocaWriter.TYPE,
                            "coca",
                            Map.of(Coca.CLASS, FusionTask.COMPARING, CocaWriter.CLASS, FusionTask.WRITING),
                            (config, task) ->
                                    task == FusionTask.WRITING ? CocaWriter.of(config, task) : Coca.of(config, task)),
                    new Entry<>(
                            "blip",
                            Set.of("blip_caption", "blip_vqa", "blip_itm"),
                            Map.of(
                                    "BlipForConditionalGeneration", FusionTask.WRITING,
                                    "BlipForQuestionAnswering", FusionTask.QUESTION_ANSWERING,
                                    "BlipForImageTextRetrieval", FusionTask.MATCHING),
                            (config, task) -> BLIP.get(task).of(config, task)),
                    new Entry<>(
                            "blip-2",
                            "blip2",
                            Map.of("Blip2ForConditionalGeneration", FusionTask.PROMPTED_WRITING),
                            Blip2::of),
                    new Entry<>(
                            "llava", "llava", Map.of("LlavaForConditionalGeneration", FusionTask.CHATTING), Llava::of),
                    new Entry<>(
                            "idefics3",
                            "smolvlm",
                            Map.of("Idefics3ForConditionalGeneration", FusionTask.TILED_CHATTING),
                            Idefics3::of),
                    new Entry<>(
                            "smolvlm",
                            "smolvlm",
                            Map.of("SmolVLMForConditionalGeneration", FusionTask.TILED_CHATTING),
                            Idefics3::of),
                    new Entry<>("git", "git", Map.of("GitForCausalLM", FusionTask.WRITING), Git::of),
                    new Entry<>("vilt", "vilt", Vilt.CLASSES, Vilt::of),
                    new Entry<>(
                            VisionEncoderDecoder.TYPE,
                            "vision_encoder_decoder",
                            Map.of("VisionEncoderDecoderModel", FusionTask.WRITING),
                            VisionEncoderDecoder::of),
                    new Entry<>(
                            FusionCaptioner.TYPE,
                            "",
                            Map.of(FusionCaptioner.CLASS_NAME, FusionTask.WRITING),
                            FusionCaptioner::of)));

    private FusionModels() {}

    /** The model types that can be loaded. */
    public static Set<String> types() {
        return CATALOGUE.types();
    }

    /** The families of golden cases that the catalogue's models are measured by. */
    public static Set<String> goldenFamilies() {
        return CATALOGUE.goldenFamilies();
    }

    /** The reference's classes that are for a task, by model type; both sorted. */
    public static Map<String, Set<String>> classes(FusionTask task) {
        return CATALOGUE.classes(task);
    }

    /** Whether a config's model, or one of the models that it is, is for a task. */
    public static boolean isFor(ConfigJson config, FusionTask task) {
        Set<String> classes = classes(task).getOrDefault(ModelCatalogue.type(config), Set.of());
        return className(config, Set.of(task)).filter(classes::contains).isPresent();
    }

    /** The model of a config, without weights, as the class that it names first. */
    static FusionModel create(ConfigJson config) {
        return CATALOGUE.create(config, task(config));
    }

    /** What the class is for that a config names first. */
    static FusionTask task(ConfigJson config) {
        return CATALOGUE.task(config, className(config, Set.of()).orElse("none"));
    }

    /** Whether the catalogue knows the checkpoint's model type. */
    public static boolean knows(Checkpoint checkpoint) {
        return types().contains(ModelCatalogue.type(ConfigJson.of(checkpoint)));
    }

    /**
     * Loads a checkpoint as a given class of the reference implementation, such as {@code BlipForConditionalGeneration},
     * prepared for inference. The session owns the weights.
     *
     * @param kind what the caller needs the model to be
     * @throws CheckpointException if the files are damaged or don't hold the weights that the class needs
     * @throws IllegalArgumentException if the class or model type isn't supported, or isn't of that kind
     */
    public static <M extends FusionModel> Session<M> load(
            Checkpoint checkpoint, String className, Class<M> kind, Operations operations, Device device) {
        return ModelCatalogue.loading(checkpoint, () -> {
            ConfigJson config = ConfigJson.of(checkpoint);
            FusionModel model = CATALOGUE.create(config, CATALOGUE.task(config, className));
            Check.that(kind.isInstance(model), "Class '%s' is no %s.", className, kind.getSimpleName());
            return CheckpointModel.load(kind.cast(model), checkpoint, operations, device);
        });
    }

    /**
     * A checkpoint's model for a task with its weights, not prepared, so that it can be trained.
     *
     * @param kind what such models are
     * @param manager owns the weights
     * @throws CheckpointException if the files are damaged or don't hold the weights that the class needs
     * @throws IllegalArgumentException if the checkpoint isn't for the task, or can't be saved again
     */
    public static <M extends FusionModel> M trainable(
            Checkpoint checkpoint, FusionTask task, Class<M> kind, NDManager manager) {
        ConfigJson config = ConfigJson.of(checkpoint);
        Map<String, Set<String>> classes = new TreeMap<>(classes(task));
        classes.remove(CocaWriter.TYPE); // open_clip's layout is read, not written
        Check.that(
                isFor(config, task) && classes.containsKey(ModelCatalogue.type(config)),
                "Model type '%s' can't be fine-tuned for this.%n  try:  a checkpoint of %s.",
                ModelCatalogue.type(config),
                classes.values());
        return ModelCatalogue.loading(checkpoint, () -> {
            M model = kind.cast(CATALOGUE.create(config, task));
            model.load(checkpoint, manager);
            return model;
        });
    }

    /**
     * The class of a config for one of some tasks: the one that it names first. CoCa's names none, and holds the
     * weights for all that CoCa does.
     */
    static Optional<String> className(ConfigJson config, Set<FusionTask> tasks) {
        boolean coca = ModelCatalogue.type(config).equals(CocaWriter.TYPE);
        return coca
                ? Optional.of(tasks.contains(FusionTask.WRITING) ? CocaWriter.CLASS : Coca.CLASS)
                : ModelCatalogue.className(config);
    }

    /** The class that a checkpoint's config names first: the one whose weights it holds. */
    public static String className(Checkpoint checkpoint) {
        return className(ConfigJson.of(checkpoint), Set.of())
                .orElseThrow(() -> ModelCatalogue.unnamed(checkpoint, "BlipForConditionalGeneration"));
    }
}
