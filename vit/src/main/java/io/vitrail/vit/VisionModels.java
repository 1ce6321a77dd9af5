package io.vitrail.vit;

import ai.djl.Device;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The catalogue of vision models: the one place where an architecture is registered. */
public final class VisionModels {
    /** Makes a model, without weights, of a checkpoint's config.json and the task of its head. */
    @FunctionalInterface
    interface Architecture {
        VisionModel of(ConfigJson config, VisionTask task);
    }

    /** How the reference makes a base model of a checkpoint that lacks its pooler's weights. */
    private static final String WITHOUT_POOLER = "(add_pooling_layer=False)";

    /**
     * One architecture.
     *
     * @param type the model_type of a checkpoint's config.json, or what {@link #type} calls it
     * @param family the family of its golden cases; "" if another entry's cases cover it
     * @param classes the reference's classes that it stands for, and what each is for
     */
    private record Entry(String type, String family, Map<String, VisionTask> classes, Architecture architecture) {
        /** What a class is for. */
        VisionTask task(String className) {
            VisionTask task = classes.get(className);
            Check.that(
                    task != null,
                    "Model type '%s' has no class '%s' here; supported: %s.",
                    type,
                    className,
                    new TreeSet<>(classes.keySet()));
            return task;
        }
    }

    private static final List<Entry> ENTRIES = List.of(
            new Entry("vit", "vit", Vit.CLASSES, Vit::of),
            new Entry("deit", "deit", Deit.CLASSES, Deit::of),
            new Entry("dinov2", "dinov2", Dinov2.CLASSES, Dinov2::of),
            new Entry("dinov2_with_registers", "dinov2_registers", Dinov2Registers.CLASSES, Dinov2Registers::of),
            new Entry("dinov3_vit", "dinov3_vit", Dinov3Vit.CLASSES, Dinov3Vit::of),
            new Entry("beit", "beit", Beit.CLASSES, Beit::of),
            new Entry("vit_mae", "vit_mae", VitMae.CLASSES, VitMae::of),
            new Entry("swin", "swin", Swin.CLASSES, Swin::of),
            new Entry("clip_vision_model", "clip_vision", ClipVision.CLASSES, ClipVision::of),
            new Entry("clip", "", ClipVision.CLASSES, ClipVision::of),
            new Entry("siglip_vision_model", "siglip_vision", SiglipVision.CLASSES, SiglipVision::of),
            new Entry("siglip", "", SiglipVision.CLASSES, SiglipVision::of),
            new Entry("timm_wrapper", "timm", TimmVit.CLASSES, TimmVit::of),
            new Entry("open_clip", "open_clip", ClipVision.OPEN_CLIP_CLASSES, ClipVision::ofOpenClip),
            new Entry("hybrid_vit", "", HybridVit.CLASSES, HybridVit::of));

    private static final Map<String, Entry> BY_TYPE =
            ENTRIES.stream().collect(Collectors.toUnmodifiableMap(Entry::type, Function.identity()));

    /** The class where a config names none. */
    private static final Map<String, String> UNNAMED =
            Map.of("timm_wrapper", "TimmWrapperForImageClassification", "open_clip", "CLIP");

    private VisionModels() {}

    /** The model types that can be loaded. */
    public static Set<String> types() {
        return BY_TYPE.keySet();
    }

    /** The families of golden cases that the catalogue's models are measured by. */
    public static Set<String> goldenFamilies() {
        return ENTRIES.stream()
                .map(Entry::family)
                .filter(family -> !family.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether the catalogue knows the checkpoint's model type. */
    public static boolean knows(Checkpoint checkpoint) {
        return BY_TYPE.containsKey(type(ConfigJson.of(checkpoint)));
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
        try {
            return session(checkpoint, className, operations, device);
        } catch (ArithmeticException e) {
            throw CheckpointException.of(
                    "config.json has numbers that are too large together: " + e.getMessage() + ".",
                    checkpoint.folder(),
                    "check the sizes in config.json.",
                    e);
        }
    }

    private static Session<VisionModel> session(
            Checkpoint checkpoint, String className, Operations operations, Device device) {
        VisionModel model = create(checkpoint, className);
        return new Session<>(model, operations, device, manager -> {
            String base = checkpoint.base(model.basePrefix());
            model.weightTable().load(checkpoint, base, model, model.sizes(), manager);
        });
    }

    /**
     * The model that a class of the reference makes of a checkpoint, without weights; without a pooler, if the checkpoint
     * holds none and the family can do without.
     */
    static VisionModel create(Checkpoint checkpoint, String className) {
        ConfigJson config = ConfigJson.of(checkpoint);
        Entry entry = entry(config);
        VisionTask task = entry.task(className);
        boolean pooler = checkpoint.names().stream().anyMatch(name -> name.contains("pooler."));
        return entry.architecture()
                .of(config, pooler ? task : entry.classes().getOrDefault(className + WITHOUT_POOLER, task));
    }

    /** The model that a class of the reference makes of a config.json, without weights. */
    static VisionModel create(ConfigJson config, String className) {
        Entry entry = entry(config);
        return entry.architecture().of(config, entry.task(className));
    }

    /** The model that a config.json describes, without weights. */
    public static VisionModel create(ConfigJson config, VisionTask task) {
        Entry entry = entry(config);
        Set<VisionTask> supported = new TreeSet<>(entry.classes().values());
        Check.that(
                supported.contains(task),
                "Model type '%s' has no head for %s; supported: %s.",
                entry.type(),
                task,
                supported);
        return entry.architecture().of(config, task);
    }

    /** The model_type of a config; those of timm and open_clip have none, but keys of their own. */
    public static String type(ConfigJson config) {
        String unnamed = config.has("pretrained_cfg") ? "timm_wrapper" : config.has("model_cfg") ? "open_clip" : "";
        return config.text("model_type", unnamed);
    }

    private static Entry entry(ConfigJson config) {
        String type = type(config);
        Entry entry = BY_TYPE.get(type);
        Check.that(
                entry != null,
                "Model type '%s' is no vision model that is supported here; supported: %s.",
                type,
                new TreeSet<>(BY_TYPE.keySet()));
        return entry;
    }

    /** The class that a config names first, if it names one or its kind has only one. */
    static Optional<String> className(ConfigJson config) {
        return config.texts("architectures").stream()
                .findFirst()
                .or(() -> Optional.ofNullable(UNNAMED.get(type(config))));
    }

    /** The class that a checkpoint's config names first: the one whose weights it holds. */
    public static String className(Checkpoint checkpoint) {
        return className(ConfigJson.of(checkpoint))
                .orElseThrow(() -> CheckpointException.of(
                        "config.json names no architecture, so it isn't known which head the weights belong" + " to.",
                        checkpoint.folder(),
                        "add \"architectures\": [\"ViTForImageClassification\"], or the class that the weights"
                                + " are of."));
    }
}
