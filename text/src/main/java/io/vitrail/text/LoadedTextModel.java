package io.vitrail.text;

import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.LoraAdapter;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
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
                this,
                LoraAdapter.of(Check.given(adapter, "adapter"), session),
                config(adapter).orElse(config));
    }

    /** What the model is that the adapter makes of another, if its folder tells: its classes may be others. */
    private static Optional<ConfigJson> config(PeftAdapter adapter) {
        Path file = adapter.folder().resolve("config.json");
        return Files.exists(file) ? Optional.of(ConfigJson.of(JsonFile.read(file), file)) : Optional.empty();
    }

    /**
     * Loads a checkpoint's folder as an encoder with the head of a task and an adapter merged into its weights, which may
     * bring the head along.
     *
     * @throws CheckpointException if a file is missing, damaged or doesn't fit the others
     * @throws IllegalArgumentException if neither the checkpoint nor the adapter has such a head
     */
    static LoadedTextModel<TextEncoder> merged(Path folder, PeftAdapter adapter, TextTask task, Compute compute) {
        try (Checkpoint base = Checkpoint.open(folder)) {
            return load(adapter.adapted(base), task, TextEncoder.class, compute);
        }
    }

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
        Tokenizer tokenizer = Tokenizer.load(checkpoint.folder());
        try {
            Session<M> session = supported(checkpoint, () -> {
                TextTask present = task == TextTask.FEATURES ? TextModels.features(checkpoint) : task;
                return TextModels.load(checkpoint, present, kind, compute.operations(), compute.device());
            });
            try {
                session.admit(compute.passes());
                return new LoadedTextModel<>(session, tokenizer, ConfigJson.of(checkpoint));
            } catch (RuntimeException | Error e) {
                session.close();
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
