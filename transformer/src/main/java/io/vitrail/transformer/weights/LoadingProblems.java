package io.vitrail.transformer.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Why a checkpoint can't be loaded, gathered while it is described. For one thread. */
public final class LoadingProblems {
    private final List<String> messages = new ArrayList<>();

    /** What a part of the loading gives; nothing if it fails, which is a problem. */
    public <T> Optional<T> attempt(Supplier<T> part) {
        try {
            return Optional.of(part.get());
        } catch (CheckpointException | IllegalArgumentException | ArithmeticException e) {
            messages.add(e.getMessage());
            return Optional.empty();
        }
    }

    /** The same of a model without its weights; that they don't fit is a problem, too. */
    public <M extends CheckpointModel> Optional<M> model(Supplier<M> empty, Optional<Checkpoint> weights) {
        Optional<M> made = attempt(empty);
        made.ifPresent(model -> weights.ifPresent(checkpoint -> attempt(() -> {
            model.check(checkpoint);
            return model;
        })));
        return made;
    }

    /** One for each, in the order of the attempts. */
    public List<String> messages() {
        return List.copyOf(messages);
    }
}
