package io.vitrail.vit;

import ai.djl.Device;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.CheckpointModel;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.ModelCatalogue;
import io.vitrail.transformer.weights.ModelCatalogue.Entry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The catalogue of vision models: the one place where an architecture is registered. */
public final class VisionModels {
    private static final ModelCatalogue<VisionTask, VisionModel> CATALOGUE = new ModelCatalogue<>(
            VisionTask.class,
            "vision model",
            Map.of(VisionTask.FEATURES, VisionTask.FEATURES_WITHOUT_POOLER),
            List.of(
                    new Entry<>("vit", "vit", Vit.CLASSES, Vit::of),
                    new Entry<>("deit", "deit", Deit.CLASSES, Deit::of),
                    new Entry<>("dinov2", "dinov2", Dinov2.CLASSES, Dinov2::of),
                    new Entry<>(
                            "dinov2_with_registers", "dinov2_registers", Dinov2Registers.CLASSES, Dinov2Registers::of),
                    new Entry<>("dinov3_vit", "dinov3_vit", Dinov3Vit.CLASSES, Dinov3Vit::of),
                    new Entry<>("beit", "beit", Beit.CLASSES, Beit::of),
                    new Entry<>("vit_mae", "vit_mae", VitMae.CLASSES, VitMae::of),
                    new Entry<>("swin", "swin", Swin.CLASSES, Swin::of),
                    new Entry<>("clip_vision_model", "clip_vision", ClipVision.CLASSES, ClipVision::of),
                    new Entry<>("clip", "", ClipVision.CLASSES, ClipVision::of),
                    new Entry<>("siglip_vision_model", "siglip_vision", SiglipVision.CLASSES, SiglipVision::of),
                    new Entry<>("siglip", "", SiglipVision.CLASSES, SiglipVision::of),
                    new Entry<>(
                            "blip_vision_model",
                            "blip_vision",
                            BlipVision.CLASSES,
                            (config, task) -> BlipVision.of(config)),
                    new Entry<>(
                            "blip_2_vision_model",
                            "blip_2_vision",
                            BlipVision.BLIP2_CLASSES,
                            (config, task) -> BlipVision.ofBlip2(config)),
                    new Entry<>("timm_wrapper", "timm", TimmVit.CLASSES, TimmVit::of),
                    new Entry<>("open_clip", "open_clip", ClipVision.OPEN_CLIP_CLASSES, ClipVision::ofOpenClip),
                    new Entry<>("hybrid_vit", "", HybridVit.CLASSES, HybridVit::of)));

    /** The class where a config names none. */
    private static final Map<String, String> UNNAMED =
            Map.of("timm_wrapper", "TimmWrapperForImageClassification", "open_clip", "CLIP");

    private VisionModels() {}

    /** The model types that can be loaded. */
    public static Set<String> types() {
        return CATALOGUE.types();
    }

    /** The families of golden cases that the catalogue's models are measured by. */
    public static Set<String> goldenFamilies() {
        return CATALOGUE.goldenFamilies();
    }

    /** Whether the catalogue knows the checkpoint's model type. */
    public static boolean knows(Checkpoint checkpoint) {
        return types().contains(type(ConfigJson.of(checkpoint)));
    }

    /** Loads a checkpoint with the head that its config names first, prepared for inference. The session owns the weights. */
    public static Session<VisionModel> load(Checkpoint checkpoint, Operations operations, Device device) {
        return load(checkpoint, className(checkpoint), operations, device);
    }

    /**
     * Loads a checkpoint as a given class of the reference implementation, such as {@code ViTModel}.
     *
     * @throws CheckpointException if the files are damaged or don't hold the weights that the class needs
     * @throws IllegalArgumentException if the class or model type isn't supported
     */
    public static Session<VisionModel> load(
            Checkpoint checkpoint, String className, Operations operations, Device device) {
        return ModelCatalogue.loading(
                checkpoint, () -> CheckpointModel.load(create(checkpoint, className), checkpoint, operations, device));
    }

    /**
     * The model that a class of the reference makes of a checkpoint, without weights; without a pooler, if the checkpoint
     * holds none and the family can do without.
     *
     * @throws IllegalArgumentException if the class or model type isn't supported
     */
    public static VisionModel create(Checkpoint checkpoint, String className) {
        ConfigJson config = ConfigJson.of(checkpoint);
        VisionTask task = CATALOGUE.task(config, className);
        return CATALOGUE.create(config, CATALOGUE.present(task, config, checkpoint));
    }

    /** The model that a class of the reference makes of a config.json, without weights. */
    static VisionModel create(ConfigJson config, String className) {
        return CATALOGUE.create(config, CATALOGUE.task(config, className));
    }

    /** The model that a config.json describes, without weights. */
    public static VisionModel create(ConfigJson config, VisionTask task) {
        return CATALOGUE.create(config, task);
    }

    /**
     * The reference's class that classifies with the backbone that a config.json describes.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static String classifierOf(ConfigJson config) {
        Map<String, Set<String>> classes = CATALOGUE.classes(VisionTask.CLASSIFICATION);
        Set<String> its = classes.getOrDefault(type(config), Set.of());
        Check.that(
                !its.isEmpty(),
                "Model type '%s' has no class for image classification here.%n  try:  one of %s.",
                type(config),
                classes.keySet());
        return className(config).filter(its::contains).orElseGet(() -> its.iterator()
                .next());
    }

    /** The model_type of a config; those of timm and open_clip have none, but keys of their own. */
    public static String type(ConfigJson config) {
        return ModelCatalogue.type(config);
    }

    /** The class that a config names first, if it names one or its kind has only one. */
    static Optional<String> className(ConfigJson config) {
        return ModelCatalogue.className(config).or(() -> Optional.ofNullable(UNNAMED.get(type(config))));
    }

    /** The class that a checkpoint's config names first: the one whose weights it holds. */
    public static String className(Checkpoint checkpoint) {
        return className(ConfigJson.of(checkpoint))
                .orElseThrow(() -> ModelCatalogue.unnamed(checkpoint, "ViTForImageClassification"));
    }
}
