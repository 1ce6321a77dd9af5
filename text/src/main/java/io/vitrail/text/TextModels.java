package io.vitrail.text;

import ai.djl.Device;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The catalogue of text models: the one place where an architecture is registered. */
public final class TextModels {
    /** Makes a model, without weights, of a checkpoint's config.json and the task of its head. */
    @FunctionalInterface
    interface Architecture {
        TextModel of(ConfigJson config, TextTask task);
    }

    /**
     * One architecture.
     *
     * @param type the model_type of a checkpoint's config.json
     * @param family the family of its golden cases
     * @param classes the reference's classes that it stands for, and what each is for
     */
    private record Entry(String type, String family, Map<String, TextTask> classes, Architecture architecture) {
        TextTask task(String className) {
            TextTask task = classes.get(className);
            Check.that(
                    task != null,
                    "Model type '%s' has no class '%s' here; supported: %s.",
                    type,
                    className,
                    new TreeSet<>(classes.keySet()));
            return task;
        }

        /** The task, without a pooler if the checkpoint holds none and the family can do without. */
        TextTask present(TextTask task, Checkpoint checkpoint) {
            boolean without = task == TextTask.FEATURES
                    && classes.containsValue(TextTask.FEATURES_WITHOUT_POOLER)
                    && checkpoint.names().stream().noneMatch(name -> name.contains("pooler."));
            return without ? TextTask.FEATURES_WITHOUT_POOLER : task;
        }
    }

    private static final List<Entry> ENTRIES = List.of(
            new Entry("bert", "bert", Bert.CLASSES, Bert::of),
            new Entry("roberta", "roberta", Roberta.CLASSES, Roberta::of),
            new Entry("distilbert", "distilbert", DistilBert.CLASSES, DistilBert::of));

    private static final Map<String, Entry> BY_TYPE =
            ENTRIES.stream().collect(Collectors.toUnmodifiableMap(Entry::type, Function.identity()));

    private TextModels() {}

    /** The model types that can be loaded. */
    public static Set<String> types() {
        return BY_TYPE.keySet();
    }

    /** The families of golden cases that the catalogue's models are measured by. */
    public static Set<String> goldenFamilies() {
        return ENTRIES.stream().map(Entry::family).collect(Collectors.toUnmodifiableSet());
    }

    /** Whether the catalogue knows the checkpoint's model type. */
    public static boolean knows(Checkpoint checkpoint) {
        return BY_TYPE.containsKey(type(ConfigJson.of(checkpoint)));
    }

    /**
     * Loads a checkpoint as a given class of the reference implementation, such as {@code BertModel}, prepared for inference. A
     * base model whose checkpoint lacks its pooler's weights does without. The session owns the weights.
     *
     * @param kind what the caller needs the model to be
     * @throws CheckpointException if the files are damaged or don't hold the weights that the class needs
     * @throws IllegalArgumentException if the class or model type isn't supported, or isn't of that kind
     */
    public static <M extends TextModel> Session<M> load(
            Checkpoint checkpoint, String className, Class<M> kind, Operations operations, Device device) {
        ConfigJson config = ConfigJson.of(checkpoint);
        return load(checkpoint, entry(config).task(className), kind, operations, device);
    }

    /**
     * Loads a checkpoint with the head of a task.
     *
     * @param kind what the caller needs the model to be
     * @throws CheckpointException if the files are damaged or don't hold the weights that the task needs
     * @throws IllegalArgumentException if the model type isn't supported, or has no such head, or isn't of that kind
     */
    public static <M extends TextModel> Session<M> load(
            Checkpoint checkpoint, TextTask task, Class<M> kind, Operations operations, Device device) {
        try {
            ConfigJson config = ConfigJson.of(checkpoint);
            M model = create(config, entry(config).present(task, checkpoint), kind);
            return new Session<>(model, operations, device, manager -> {
                String base = checkpoint.base(model.basePrefix());
                model.weightTable().load(checkpoint, base, model, model.sizes(), manager);
            });
        } catch (ArithmeticException e) {
            throw CheckpointException.of(
                    "config.json has numbers that are too large together: " + e.getMessage() + ".",
                    checkpoint.folder(),
                    "check the sizes in config.json.",
                    e);
        }
    }

    /** The model that a config.json describes, without weights. */
    static <M extends TextModel> M create(ConfigJson config, TextTask task, Class<M> kind) {
        Entry entry = entry(config);
        Set<TextTask> supported = new TreeSet<>(entry.classes().values());
        Check.that(
                supported.contains(task),
                "Model type '%s' has no head for %s; supported: %s.",
                entry.type(),
                task,
                supported);
        TextModel model = entry.architecture().of(config, task);
        Check.that(kind.isInstance(model), "Model type '%s' is no %s.", entry.type(), kind.getSimpleName());
        return kind.cast(model);
    }

    private static String type(ConfigJson config) {
        return config.text("model_type", "");
    }

    private static Entry entry(ConfigJson config) {
        String type = type(config);
        Entry entry = BY_TYPE.get(type);
        Check.that(
                entry != null,
                "Model type '%s' is not supported; supported: %s.",
                type,
                new TreeSet<>(BY_TYPE.keySet()));
        return entry;
    }

    /** The task of the class that a checkpoint's config names first: the one whose weights it holds. */
    public static TextTask task(Checkpoint checkpoint) {
        return entry(ConfigJson.of(checkpoint)).task(className(checkpoint));
    }

    /** The class that a checkpoint's config names first: the one whose weights it holds. */
    public static String className(Checkpoint checkpoint) {
        return ConfigJson.of(checkpoint).texts("architectures").stream()
                .findFirst()
                .orElseThrow(() -> CheckpointException.of(
                        "config.json names no architecture, so it isn't known which head the weights belong to.",
                        checkpoint.folder(),
                        "add \"architectures\": [\"BertForSequenceClassification\"], or the class that the"
                                + " weights are of."));
    }
}
