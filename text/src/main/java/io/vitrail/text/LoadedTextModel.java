package io.vitrail.text;

import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.LoraAdapter;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.CheckpointModel;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What every task on text is made of: a model ready for inference, and the tokenizer of its checkpoint. Thread-safe.
 *
 * @param <M> the kind of model
 */
final class LoadedTextModel<M extends TextModel> implements AutoCloseable {
    private final Session<M> session;
    private final Tokenizer tokenizer;
    private final ConfigJson config;
    private final Runnable closing;

    private LoadedTextModel(Session<M> session, Tokenizer tokenizer, ConfigJson config) {
        this.session = session;
        this.tokenizer = tokenizer;
        this.config = config;
        closing = () -> {
            session.close();
            tokenizer.close();
        };
    }

    private LoadedTextModel(LoadedTextModel<M> base, LoraAdapter adapter, ConfigJson config) {
        session = base.session.with(adapter);
        tokenizer = base.tokenizer;
        this.config = config;
        closing = adapter::close;
    }

    /**
     * The same model changed by an adapter; both share the weights. Closing it frees the adapter alone.
     *
     * @throws CheckpointException if the adapter was made for another model, or must be merged
     */
    LoadedTextModel<M> with(PeftAdapter adapter) {
        return new LoadedTextModel<>(
                this, LoraAdapter.of(adapter, session), config(adapter).orElse(config));
    }

    /** What the model is that the adapter makes of another, if its folder tells: its classes may be others. */
    private static Optional<ConfigJson> config(PeftAdapter adapter) {
        Path file = adapter.folder().resolve("config.json");
        return Files.exists(file) ? Optional.of(ConfigJson.of(JsonFile.read(file), file)) : Optional.empty();
    }

    /**
     * Loads a checkpoint with an adapter merged into its weights: it may bring the task's head along.
     *
     * @throws CheckpointException if a file is missing, damaged or doesn't fit the others
     * @throws IllegalArgumentException if neither the checkpoint nor the adapter has such a head
     */
    static <M extends TextModel> LoadedTextModel<M> merged(
            AdaptedCheckpoint files, TextTask task, Class<M> kind, Compute compute) {
        Checkpoint base = files.base();
        Optional<ConfigJson> own = config(files.adapter());
        if (own.isEmpty()) {
            requireHead(base, task);
        }
        ConfigJson config = own.orElseGet(() -> ConfigJson.of(base));
        Checkpoint merged = files.adapter().mergedInto(base);
        return loaded(base, compute, () -> {
            M model = TextModels.create(config, task, kind);
            Session<M> session = CheckpointModel.load(model, merged, compute.operations(), compute.device());
            return new Opened<>(session, config);
        });
    }

    /** A checkpoint, and the adapter that changes it. */
    record AdaptedCheckpoint(Checkpoint base, PeftAdapter adapter) {}

    private record Opened<M extends TextModel>(Session<M> session, ConfigJson config) {}

    /**
     * Loads a checkpoint's folder as an encoder with the head of a task, as {@link #load(Checkpoint, TextTask, Class,
     * Compute)} does.
     */
    static LoadedTextModel<TextEncoder> load(Path folder, TextTask task, Compute compute) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return load(checkpoint, task, TextEncoder.class, compute);
        }
    }

    /**
     * Loads a checkpoint with the head of a task.
     *
     * @throws CheckpointException if a file is missing, damaged or doesn't fit the others, or the model isn't supported
     * @throws IllegalArgumentException if the checkpoint has no such head
     */
    static <M extends TextModel> LoadedTextModel<M> load(
            Checkpoint checkpoint, TextTask task, Class<M> kind, Compute compute) {
        if (task != TextTask.FEATURES) {
            requireHead(checkpoint, task);
        }
        return loaded(checkpoint, compute, () -> {
            TextTask present = task == TextTask.FEATURES ? TextModels.features(checkpoint) : task;
            Session<M> session = TextModels.load(checkpoint, present, kind, compute.operations(), compute.device());
            return new Opened<>(session, ConfigJson.of(checkpoint));
        });
    }

    private static <M extends TextModel> LoadedTextModel<M> loaded(
            Checkpoint checkpoint, Compute compute, Supplier<Opened<M>> opening) {
        Tokenizer tokenizer = Tokenizer.load(checkpoint.folder());
        try {
            Opened<M> opened = supported(checkpoint, opening);
            try {
                opened.session.admit(compute.passes());
                return new LoadedTextModel<>(opened.session, tokenizer, opened.config);
            } catch (RuntimeException | Error e) {
                opened.session.close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            tokenizer.close();
            throw e;
        }
    }

    private static void requireHead(Checkpoint checkpoint, TextTask task) {
        TextTask its = supported(checkpoint, () -> TextModels.task(checkpoint));
        boolean words = task == TextTask.MASKED_WORD && its == TextTask.PRE_TRAINING;
        Check.that(
                its == task || words,
                "This checkpoint is of %s, which has no head for %s.%n  try:  one whose class ends in %s.",
                TextModels.className(checkpoint),
                task,
                task.ending());
    }

    /** What config.json asks for and no model can be is the file's mistake, not the caller's. */
    private static <T> T supported(Checkpoint checkpoint, Supplier<T> loading) {
        try {
            return loading.get();
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(
                    e.getMessage(),
                    checkpoint.configFile(),
                    "download the file again, or use a checkpoint of a supported model.",
                    e);
        }
    }

    Session<M> session() {
        return session;
    }

    M model() {
        return session.model();
    }

    Tokenizer tokenizer() {
        return tokenizer;
    }

    ConfigJson config() {
        return config;
    }

    @Override
    public void close() {
        closing.run();
    }
}
