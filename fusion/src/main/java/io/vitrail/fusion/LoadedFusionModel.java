package io.vitrail.fusion;

import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.LoraAdapter;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.ModelCatalogue;
import io.vitrail.vit.image.ImageProcessor;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What every task on pictures and texts is made of: a model ready for inference, and the picture processing and the
 * tokenizer of its checkpoint. Thread-safe.
 *
 * @param closing frees what it owns
 * @param <M> the kind of model
 */
record LoadedFusionModel<M extends FusionModel>(
        Session<M> session, ImageProcessor processor, Tokenizer tokenizer, Runnable closing) implements AutoCloseable {
    private static final String UNNAMED = "no class that it names";

    /** Owns session and tokenizer. */
    LoadedFusionModel(Session<M> session, ImageProcessor processor, Tokenizer tokenizer) {
        this(session, processor, tokenizer, () -> {
            session.close();
            tokenizer.close();
        });
    }

    /**
     * Loads a checkpoint.
     *
     * @param purpose the task in words
     * @throws CheckpointException if a file is missing, damaged or doesn't fit the others, or the model isn't supported
     * @throws IllegalArgumentException if the checkpoint's class isn't for the task
     */
    static <M extends FusionModel> LoadedFusionModel<M> load(
            Checkpoint checkpoint, FusionTask task, String purpose, Class<M> kind, Compute compute) {
        return load(checkpoint, EnumSet.of(task), purpose, kind, compute);
    }

    /** The same for a task that several classes of models can do, each in its way. */
    static <M extends FusionModel> LoadedFusionModel<M> load(
            Checkpoint checkpoint, Set<FusionTask> tasks, String purpose, Class<M> kind, Compute compute) {
        Map<String, Set<String>> fitting = new TreeMap<>();
        tasks.forEach(task -> FusionModels.classes(task)
                .forEach((type, names) -> fitting.merge(type, names, LoadedFusionModel::union)));
        String className = requireTask(checkpoint, tasks, fitting, purpose);
        ImageProcessor processor = ImageProcessor.load(checkpoint.folder());
        Tokenizer tokenizer = Tokenizer.load(checkpoint.folder());
        try {
            Session<M> session = session(checkpoint, className, kind, compute);
            session.admit(compute.passes());
            return new LoadedFusionModel<>(session, processor, tokenizer);
        } catch (RuntimeException | Error e) {
            tokenizer.close();
            throw e;
        }
    }

    private static Set<String> union(Set<String> some, Set<String> others) {
        Set<String> all = new TreeSet<>(some);
        all.addAll(others);
        return all;
    }

    /** The class that the checkpoint is loaded as. */
    private static String requireTask(
            Checkpoint checkpoint, Set<FusionTask> tasks, Map<String, Set<String>> fitting, String purpose) {
        ConfigJson config = ConfigJson.of(checkpoint);
        String type = ModelCatalogue.type(config);
        String name = FusionModels.className(config, tasks).orElse(UNNAMED);
        if (!fitting.getOrDefault(type, Set.of()).contains(name)) {
            throw unfit(checkpoint, purpose, "one of " + named(fitting));
        }
        return name;
    }

    private static String named(Map<String, Set<String>> classes) {
        return classes.entrySet().stream()
                .map(entry -> String.join(" or ", entry.getValue()) + " (" + entry.getKey() + ")")
                .collect(Collectors.joining(", "));
    }

    /**
     * The error for a checkpoint that isn't for a task, and what it is for.
     *
     * @param remedy models for the task
     */
    static IllegalArgumentException unfit(Checkpoint checkpoint, String purpose, String remedy) {
        ConfigJson config = ConfigJson.of(checkpoint);
        String served = ServedTasks.of(checkpoint.folder()).sentence();
        return new IllegalArgumentException(String.format(
                "This checkpoint is of %s, model type '%s', which isn't for %s.%n  file: %s%n  try:  %s%s",
                FusionModels.className(config, Set.of()).orElse(UNNAMED),
                ModelCatalogue.type(config),
                purpose,
                checkpoint.configFile(),
                remedy,
                served.isEmpty() ? "" : "\n  here: " + served));
    }

    /** What config.json asks for and no model can be is the file's mistake, not the caller's. */
    private static <M extends FusionModel> Session<M> session(
            Checkpoint checkpoint, String className, Class<M> kind, Compute compute) {
        try {
            return FusionModels.load(checkpoint, className, kind, compute.operations(), compute.device());
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(
                    e.getMessage(),
                    checkpoint.configFile(),
                    "download the file again, or use a checkpoint of a supported model.",
                    e);
        }
    }

    /**
     * The same model changed by an adapter; both share the weights. Closing it frees the adapter alone.
     *
     * @throws CheckpointException if the adapter was made for another model, or must be merged
     */
    LoadedFusionModel<M> with(PeftAdapter adapter) {
        LoraAdapter change = LoraAdapter.of(Check.given(adapter, "adapter"), session);
        return new LoadedFusionModel<>(session.with(change), processor, tokenizer, change::close);
    }

    M model() {
        return session.model();
    }

    @Override
    public void close() {
        closing.run();
    }
}
