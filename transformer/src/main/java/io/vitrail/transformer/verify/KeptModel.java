package io.vitrail.transformer.verify;

import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.weights.Checkpoint;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The model that a call was replayed with, kept for the calls that follow while they ask for the same one. Not thread-safe.
 *
 * @param <M> the model
 */
public final class KeptModel<M extends TensorBlock> implements AutoCloseable {
    /** Loads a checkpoint as a class of the reference. */
    @FunctionalInterface
    public interface Loader<M extends TensorBlock> {
        Session<M> load(Checkpoint checkpoint, String className, Operations operations);
    }

    /** What a model is kept by. */
    private record Key(Path folder, String className, GoldenReplayer.Path path) {}

    private record Kept<M extends TensorBlock>(Key key, Session<M> session) {}

    private final Loader<M> loader;
    private Optional<Kept<M>> kept = Optional.empty();

    public KeptModel(Loader<M> loader) {
        this.loader = loader;
    }

    /** The checkpoint in the folder as that class; it stays this object's to close. */
    public Session<M> get(Path folder, String className, GoldenReplayer.Path path) {
        Key wanted = new Key(folder, className, path);
        if (kept.filter(model -> model.key().equals(wanted)).isEmpty()) {
            close();
            try (Checkpoint checkpoint = Checkpoint.open(folder)) {
                kept = Optional.of(new Kept<>(wanted, loader.load(checkpoint, className, path.operations())));
            }
        }
        return kept.get().session();
    }

    @Override
    public void close() {
        kept.ifPresent(model -> model.session().close());
        kept = Optional.empty();
    }
}
