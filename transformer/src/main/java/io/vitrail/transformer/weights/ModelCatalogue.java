package io.vitrail.transformer.weights;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.Check;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The architectures of one kind: which the reference's names for them are, and how a model, without weights, is made of a
 * checkpoint's config.json. Immutable.
 *
 * @param <T> what a class of the reference is for: its task
 * @param <M> the models
 */
public final class ModelCatalogue<T extends Enum<T>, M extends CheckpointModel> {
    /** Makes a model, without weights, of a checkpoint's config.json and the task of its head. */
    @FunctionalInterface
    public interface Architecture<T, M> {
        M of(ConfigJson config, T task);
    }

    /**
     * One architecture.
     *
     * @param type the model_type of a checkpoint's config.json
     * @param families of its golden cases; none if another entry's cases cover it
     * @param classes the reference's classes that it stands for, and what each is for
     */
    public record Entry<T extends Enum<T>, M>(
            String type, Set<String> families, Map<String, T> classes, Architecture<T, M> architecture) {
        /** With one family of golden cases, or none where it is "". */
        public Entry(String type, String family, Map<String, T> classes, Architecture<T, M> architecture) {
            this(type, family.isEmpty() ? Set.of() : Set.of(family), classes, architecture);
        }

        T task(String className) {
            T task = classes.get(className);
            Check.that(
                    task != null,
                    "Model type '%s' has no class '%s' here; supported: %s.",
                    type,
                    className,
                    new TreeSet<>(classes.keySet()));
            return task;
        }

        M model(ConfigJson config, T task) {
            Set<T> supported = new TreeSet<>(classes.values());
            Check.that(
                    supported.contains(task),
                    "Model type '%s' has no head for %s; supported: %s.",
                    type,
                    task,
                    supported);
            return architecture.of(config, task);
        }
    }

    private final String kind;
    private final List<Entry<T, M>> entries;
    private final Map<String, Entry<T, M>> byType;
    private final Map<T, T> withoutPooler;

    /**
     * @param tasks those that there are
     * @param kind for messages, such as "vision model"
     * @param withoutPooler tasks of base models, and what they are where the checkpoint holds no pooler
     */
    public ModelCatalogue(Class<T> tasks, String kind, Map<T, T> withoutPooler, List<Entry<T, M>> entries) {
        this.kind = kind;
        this.entries = List.copyOf(entries);
        this.withoutPooler = new EnumMap<>(tasks);
        this.withoutPooler.putAll(withoutPooler);
        byType = entries.stream().collect(Collectors.toUnmodifiableMap(Entry::type, Function.identity()));
    }

    /** The model types that can be loaded. */
    public Set<String> types() {
        return byType.keySet();
    }

    /** The reference's classes that are for a task, by model type; both sorted. */
    public Map<String, Set<String>> classes(T task) {
        Map<String, Set<String>> classes = new TreeMap<>();
        for (Entry<T, M> entry : entries) {
            entry.classes().forEach((name, its) -> {
                if (its == task) {
                    classes.computeIfAbsent(entry.type(), type -> new TreeSet<>())
                            .add(name);
                }
            });
        }
        return classes;
    }

    /** The families of golden cases that the models are measured by. */
    public Set<String> goldenFamilies() {
        return entries.stream().flatMap(entry -> entry.families().stream()).collect(Collectors.toUnmodifiableSet());
    }

    /** The reference's classes that can be loaded. */
    public Set<String> classNames() {
        return entries.stream()
                .flatMap(entry -> entry.classes().keySet().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** What the classes of a config's model type are for. */
    public Set<T> tasks(ConfigJson config) {
        return Set.copyOf(entry(config).classes().values());
    }

    /** What a class of the reference is for. */
    public T task(ConfigJson config, String className) {
        return entry(config).task(className);
    }

    /**
     * The task, without a pooler if the checkpoint holds none and the family can do without.
     *
     * @throws IllegalArgumentException if the model type isn't known
     */
    public T present(T task, ConfigJson config, Checkpoint checkpoint) {
        T without = withoutPooler.get(task);
        boolean lacking = without != null
                && entry(config).classes().containsValue(without)
                && checkpoint.names().stream().noneMatch(name -> name.contains("pooler."));
        return lacking ? without : task;
    }

    /**
     * The model that a config.json describes, without weights.
     *
     * @throws IllegalArgumentException if the model type isn't known, or has no such head
     */
    public M create(ConfigJson config, T task) {
        return entry(config).model(config, task);
    }

    private Entry<T, M> entry(ConfigJson config) {
        String type = type(config);
        Entry<T, M> entry = byType.get(type);
        Check.that(
                entry != null,
                "Model type '%s' is no %s that is supported here; supported: %s.",
                type,
                kind,
                new TreeSet<>(byType.keySet()));
        return entry;
    }

    /** The model_type of a config; those of timm and open_clip have none, but keys of their own. */
    public static String type(ConfigJson config) {
        String openClip = config.has("model_cfg") ? openClip(config.value("model_cfg")) : "";
        return config.text("model_type", config.has("pretrained_cfg") ? "timm_wrapper" : openClip);
    }

    private static String openClip(JsonNode model) {
        return model.hasNonNull("multimodal_cfg") ? "coca" : "open_clip";
    }

    /** The class that a config names first, if it names one: the one whose weights the checkpoint holds. */
    public static Optional<String> className(ConfigJson config) {
        return config.texts("architectures").stream().findFirst();
    }

    /** What a checkpoint whose config names no class is refused by. */
    public static CheckpointException unnamed(Checkpoint checkpoint, String example) {
        return CheckpointException.of(
                "config.json names no architecture, so it isn't known which head the weights belong to.",
                checkpoint.folder(),
                "add \"architectures\": [\"" + example + "\"], or the class that the weights are of.");
    }

    /**
     * Has a checkpoint loaded; sizes in its config.json that overflow when they are multiplied are the file's mistake.
     *
     * @throws CheckpointException if they do
     */
    public static <R> R loading(Checkpoint checkpoint, Supplier<R> load) {
        try {
            return load.get();
        } catch (ArithmeticException e) {
            throw CheckpointException.of(
                    "config.json has numbers that are too large together: " + e.getMessage() + ".",
                    checkpoint.folder(),
                    "check the sizes in config.json.",
                    e);
        }
    }
}
