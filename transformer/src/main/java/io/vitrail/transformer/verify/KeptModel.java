package io.vitrail.transformer.verify;

import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.lora.LoraAdapter;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.CheckpointModel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The model that a call was replayed with, kept for the calls that follow while they ask for the same one. Not thread-safe.
 *
 * @param <M> the model
 */
public final class KeptModel<M extends CheckpointModel> implements AutoCloseable {
    /** Loads a checkpoint as a class of the reference. */
    @FunctionalInterface
    public interface Loader<M extends CheckpointModel> {
        Session<M> load(Checkpoint checkpoint, String className, Operations operations);
    }

    /** What a model is kept by. */
    private record Key(
            Path folder, String className, GoldenReplayer.Path path, Optional<Path> adapter, boolean merged) {}

    /** @param session with the adapter of the key; of it alone closing frees nothing */
    private record Kept<M extends CheckpointModel>(Key key, Session<M> whole, Session<M> session) {}

    private final Loader<M> loader;
    private Optional<Kept<M>> kept = Optional.empty();

    public KeptModel(Loader<M> loader) {
        this.loader = loader;
    }

    /** The call's checkpoint as that class, with its adapter if it has one; it stays this object's to close. */
    public Session<M> get(GoldenCall call, String className, GoldenReplayer.Path path) {
        Key wanted = new Key(call.checkpoint(), className, path, call.adapter(), call.isMerged());
        if (kept.filter(model -> model.key().equals(wanted)).isEmpty()) {
            close();
            kept = Optional.of(load(wanted));
        }
        return kept.get().session();
    }

    private Kept<M> load(Key key) {
        try (Checkpoint checkpoint = Checkpoint.open(key.folder())) {
            if (key.adapter().isEmpty()) {
                return kept(key, checkpoint);
            }
            PeftAdapter adapter = PeftAdapter.read(key.adapter().get());
            if (key.merged() || adapter.mustBeMerged()) {
                return kept(key, adapter.mergedInto(checkpoint));
            }
            Session<M> whole =
                    loader.load(checkpoint, key.className(), key.path().operations());
            try {
                return new Kept<>(key, whole, whole.with(LoraAdapter.of(adapter, whole, checkpoint)));
            } catch (CheckpointException e) {
                whole.close();
                return kept(key, adapter.mergedInto(checkpoint)); // says so too, if it is another model's adapter
            }
        }
    }

    private Kept<M> kept(Key key, Checkpoint checkpoint) {
        Session<M> session = loader.load(checkpoint, key.className(), key.path().operations());
        return new Kept<>(key, session, session);
    }

    @Override
    public void close() {
        kept.ifPresent(model -> model.whole().close());
        kept = Optional.empty();
    }
}
